-- How did a run of the wallets' reconciliation end?
--
-- Grain:   no rows; changes one row.
-- Binds:   airflow_run_id, outcome, problem (text), wallets, drifting, repaired (bigint).
update internal.wallet_reconciliations
set
    outcome = %(outcome)s,
    problem = %(problem)s,
    wallets = %(wallets)s,
    drifting = %(drifting)s,
    repaired = %(repaired)s,
    finished_at = clock_timestamp()
where airflow_run_id = %(airflow_run_id)s
