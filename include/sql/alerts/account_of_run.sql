-- Whose run is this, and does it stand in the chain?
--
-- Grain:   one row.
-- Binds:   run_number (bigint).
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    runs.is_published
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
where runs.run_number = %(run_number)s
