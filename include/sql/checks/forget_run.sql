-- Forgets what this Airflow run found before by the same check: it is asked again.
--
-- Grain:   no rows; deletes one row with its violations.
-- Binds:   airflow_run_id, book, check_name (text).
delete from internal.check_runs
where
    airflow_run_id = %(airflow_run_id)s
    and book = %(book)s
    and check_name = %(check_name)s
