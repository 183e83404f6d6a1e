-- Where does this account's chain of runs stand, and what time is it?
--
-- Grain:   one row; the head is NULL before the first run.
-- Binds:   account_id (integer).
select
    clock_timestamp() as now,
    heads.run_number,
    heads.run_id,
    coalesce(heads.fencing_token, 0) as fencing_token,
    heads.as_of,
    heads.watermark
from internal.accounts
left join internal.heads on accounts.account_id = heads.account_id
where accounts.account_id = %(account_id)s;
