-- Ends the versions of statement lines that were amended or withdrawn.
--
-- Binds:   account_id (integer), run_number (bigint).
update statement_lines set last_run_number = %(run_number)s
from work_line_changes
where
    work_line_changes.change in ('changed', 'withdrawn')
    and statement_lines.account_id = %(account_id)s
    and statement_lines.item_id = work_line_changes.old_item_id;
