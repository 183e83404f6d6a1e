-- Has this Airflow run an attempt for this account already?
--
-- Grain:   at most one row.
-- Binds:   account_id (integer), airflow_run_id (text).
select
    attempt_id,
    code_version,
    state
from internal.attempts
where
    account_id = %(account_id)s
    and airflow_run_id = %(airflow_run_id)s
    and state <> 'abandoned';
