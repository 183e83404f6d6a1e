-- Writes down that a replay begins.
--
-- Grain:   one row with its number.
-- Binds:   airflow_run_id, payment_id, requested_by, note (text), recorded_from, recorded_to, read_at
--          (timestamptz).
insert into internal.payment_replays (
    airflow_run_id, payment_id, recorded_from, recorded_to, requested_by, note, read_at
)
values (
    %(airflow_run_id)s, %(payment_id)s, %(recorded_from)s, %(recorded_to)s, %(requested_by)s, %(note)s,
    %(read_at)s
)
returning replay_id
