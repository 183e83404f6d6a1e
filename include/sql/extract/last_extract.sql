-- When was the ledger last read for a run of the chain, and is this the first read of its day?
--
-- Grain:   one row; NULL before the first run.
-- Binds:   account_id (integer).
select
    max(attempts.extracted_at) as extracted_at,
    coalesce(
        date_trunc('day', max(attempts.extracted_at)) < date_trunc('day', clock_timestamp()), true
    ) as is_first_of_day
from internal.attempts
inner join internal.runs on attempts.published_run_id = runs.run_id
where attempts.account_id = %(account_id)s and runs.is_published;
