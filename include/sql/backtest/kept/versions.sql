-- The versions in {{table}} that an account's runs brought, up to the last run of the span.
--
-- Grain:   one row per version.
-- Binds:   account_id (integer), last_run_number (bigint).
select * from internal.{table}
where account_id = %(account_id)s and first_run_number <= %(last_run_number)s
