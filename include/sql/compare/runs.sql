-- Which published runs are called like this?
--
-- Grain:   one row per run whose run_id begins so.
-- Binds:   beginning (text).
select
    runs.run_number,
    runs.run_id,
    runs.account_id,
    accounts.psp,
    accounts.account,
    runs.window_start,
    runs.window_end,
    runs.as_of,
    runs.verdict,
    runs.covered_until
from internal.runs
inner join internal.accounts on runs.account_id = accounts.account_id
where runs.is_published and starts_with(runs.run_id, %(beginning)s)
order by runs.run_number
