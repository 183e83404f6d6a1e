-- What did a check find? Kept as one row, beside those of earlier tries.
--
-- Grain:   one row with the number of the new row, and whether no look at all of the book is of a later moment.
-- Binds:   airflow_run_id, book, check_name (text), window_start (timestamptz, null where all of the book was
--          looked at), window_end (timestamptz), outcome (text), rows (bigint), totals (jsonb), problem
--          (text, null unless it could not be checked), query_sha256, requested_by (text), started_at (timestamptz).
insert into internal.check_runs (
    airflow_run_id, repeat, book, check_name, window_start, window_end, outcome, rows, totals, problem,
    query_sha256, requested_by, started_at
)
select
    %(airflow_run_id)s,
    count(*) filter (where airflow_run_id = %(airflow_run_id)s),
    %(book)s,
    %(check_name)s,
    %(window_start)s,
    %(window_end)s,
    %(outcome)s,
    %(rows)s,
    %(totals)s,
    %(problem)s,
    %(query_sha256)s,
    %(requested_by)s,
    %(started_at)s
from internal.check_runs
where book = %(book)s and check_name = %(check_name)s
returning
    check_run_id,
    not exists (
        select from internal.check_runs as later
        where
            later.book = check_runs.book
            and later.check_name = check_runs.check_name
            and later.window_end > check_runs.window_end
            -- Who looked at a part says nothing of what this answer found in the rest.
            and later.window_start is null
            and later.outcome <> 'could_not_check'
    ) as is_latest
