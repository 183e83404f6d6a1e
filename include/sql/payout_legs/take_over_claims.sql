-- Ends claims of accounts that have no rule at this bank account any more, of lines that are claimed now.
--
-- Grain:   updates claims in force of other accounts.
-- Binds:   account_id (integer), run_number (bigint).
update internal.claimed_deposits as held set
    last_run_number = %(run_number)s,
    taken_by_account_id = %(account_id)s
from work_claim_changes as changes
where
    changes.change <> 'withdrawn'
    and held.line_item_id = changes.line_item_id
    and held.account_id = changes.taken_from_account_id
    and held.last_run_number is null;
