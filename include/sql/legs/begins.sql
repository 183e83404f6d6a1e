-- From which instant on is a book read whose rows are not known yet: that of the account's first run.
--
-- Grain:   one row; NULL where rows are known, or no run was published.
-- Binds:   account_id (integer).
select min(runs.window_start) as begins
from internal.runs
where
    runs.account_id = %(account_id)s
    and runs.is_published
    and not exists (
        select from ledger_transactions
        where
            ledger_transactions.account_id = %(account_id)s
            and ledger_transactions.last_run_number is null
    )
