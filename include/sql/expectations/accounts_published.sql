-- Which accounts did an Airflow run publish, and since which run are their rows to be looked at?
--
-- Grain:   one row per account that the Airflow run published; dry runs publish nothing.
-- Binds:   airflow_run_id (text).
--
-- While an alert about failed expectations is open, everything published since the run that opened it
-- is looked at again, so that a correction closes the alert and a quiet hour does not.
select
    accounts.account_id,
    accounts.psp,
    accounts.account,
    runs.run_id,
    alerts.alert_id is not null as has_open_alert,
    coalesce(failed_runs.run_id, runs.run_id) as since_run_id,
    least(failed_runs.run_number, runs.run_number) as since_run_number,
    runs.published_at + interval '2 days' as booked_before,
    runs.published_at + interval '1 year' as occurred_before,
    array(
        select distinct statements.format
        from internal.statements
        where
            statements.account_id = accounts.account_id
            and statements.first_run_number >= least(failed_runs.run_number, runs.run_number)
        order by statements.format
    ) as formats
from internal.attempts
inner join internal.accounts on attempts.account_id = accounts.account_id
inner join internal.runs on attempts.published_run_id = runs.run_id
left join internal.alerts
    on
        alerts.fingerprint = 'reconciliation-failed-expectations:' || accounts.psp || ':' || accounts.account
        and alerts.state = 'open'
left join internal.runs as failed_runs on alerts.run_id = failed_runs.run_id
where attempts.airflow_run_id = %(airflow_run_id)s and runs.is_published
order by accounts.psp, accounts.account
