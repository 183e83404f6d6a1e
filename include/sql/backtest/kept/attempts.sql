-- What the runs of an account's chain were asked to do.
--
-- Grain:   one row per attempt that was published, up to the last run of the span.
-- Binds:   account_id (integer), last_run_number (bigint).
select * from internal.attempts
where attempt_id in (
    select attempt_id from internal.runs
    where account_id = %(account_id)s and is_published and run_number <= %(last_run_number)s
)
