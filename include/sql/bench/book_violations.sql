-- What did a look at all of a book find?
--
-- Grain:   one row per row that broke a check.
-- Binds:   book, airflow_run_id (text).
select
    check_runs.check_name,
    violations.object,
    violations.currency,
    violations.amount_minor
from reconciliation.check_runs
inner join reconciliation.violations on check_runs.check_run_id = violations.check_run_id
where
    check_runs.book = %(book)s
    and check_runs.airflow_run_id = %(airflow_run_id)s
order by check_runs.check_name, violations.object, violations.currency
