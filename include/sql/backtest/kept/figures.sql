-- What an account's runs published in {{table}}: the run before the span, and those of the span.
--
-- Grain:   one row per row of the table.
-- Binds:   account_id (integer), start_run_number, last_run_number (bigint).
select * from internal.{table}
where run_number in (
    select run_number from internal.runs
    where
        account_id = %(account_id)s
        and is_published
        and run_number between %(start_run_number)s and %(last_run_number)s
)
