-- Which run of the wallets' reconciliation begins, or begins again?
--
-- Grain:   no rows; adds or resets one row.
-- Binds:   airflow_run_id, scope, wallet_id, reason, requested_by (text), dry_run (boolean).
insert into internal.wallet_reconciliations (airflow_run_id, scope, wallet_id, dry_run, reason, requested_by)
values (%(airflow_run_id)s, %(scope)s, %(wallet_id)s, %(dry_run)s, %(reason)s, %(requested_by)s)
on conflict (airflow_run_id) do update
set
    outcome = null,
    problem = null,
    finished_at = null
