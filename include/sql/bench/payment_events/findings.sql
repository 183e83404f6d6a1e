-- What did a replay find?
--
-- Grain:   one row per payment.
-- Binds:   airflow_run_id (text).
select
    payment_replay_findings.payment_id,
    payment_replay_findings.outcome
from reconciliation.payment_replays
inner join reconciliation.payment_replay_findings
    on payment_replays.replay_id = payment_replay_findings.replay_id
where payment_replays.airflow_run_id = %(airflow_run_id)s
order by payment_replay_findings.payment_id
