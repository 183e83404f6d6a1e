-- The members of matches in {{table}} that an account's runs made, up to the last run of the span.
--
-- Grain:   one row per place in a match.
-- Binds:   account_id (integer), last_run_number (bigint).
select * from internal.{table}
where first_run_number in (
    select run_number from internal.runs
    where account_id = %(account_id)s and run_number <= %(last_run_number)s
)
