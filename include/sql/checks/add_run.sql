-- What did a check find? Kept as one row.
--
-- Grain:   one row with the number of the new row.
-- Binds:   airflow_run_id, book, check_name (text), window_start (timestamptz, null where all of the book was
--          looked at), window_end (timestamptz), outcome (text), rows (bigint), totals (jsonb), problem
--          (text, null unless it could not be checked), query_sha256, requested_by (text), started_at (timestamptz).
insert into internal.check_runs (
    airflow_run_id, book, check_name, window_start, window_end, outcome, rows, totals, problem, query_sha256,
    requested_by, started_at
)
values (
    %(airflow_run_id)s, %(book)s, %(check_name)s, %(window_start)s, %(window_end)s, %(outcome)s, %(rows)s,
    %(totals)s, %(problem)s, %(query_sha256)s, %(requested_by)s, %(started_at)s
)
returning check_run_id
