-- The chain of an account, up to the last run of the span.
--
-- Grain:   one row per published run.
-- Binds:   account_id (integer), last_run_number (bigint).
select * from internal.runs
where account_id = %(account_id)s and is_published and run_number <= %(last_run_number)s
