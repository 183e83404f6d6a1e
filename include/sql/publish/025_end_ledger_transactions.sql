-- Ends the versions of ledger rows that changed or vanished.
--
-- Binds:   account_id (integer), run_number (bigint).
update ledger_transactions set last_run_number = %(run_number)s
from work_ledger_changes
where
    work_ledger_changes.change in ('changed', 'vanished')
    and ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.item_id = work_ledger_changes.old_item_id;
