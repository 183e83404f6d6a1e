-- At which run does each of these accounts stand, and what of the correction log did it know?
--
-- Grain:   one row per account that has published.
-- Binds:   account_ids (integer[]).
select
    accounts.psp,
    accounts.account,
    runs.run_id,
    runs.verdict,
    runs.window_end,
    runs.covered_until,
    runs.log_sequence_number,
    runs.log_sha256
from internal.heads
inner join internal.accounts on heads.account_id = accounts.account_id
inner join internal.runs on heads.run_number = runs.run_number
where heads.account_id = any(%(account_ids)s::integer[])
order by accounts.psp, accounts.account
