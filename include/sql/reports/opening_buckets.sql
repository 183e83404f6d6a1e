-- Where did every row in force stand when this run's predecessor closed?
--
-- Grain:   one row per leg and side.
-- Binds:   predecessor_run_id (text, NULL for a first run).
select
    run_buckets.leg,
    run_buckets.side,
    run_buckets.in_force_rows,
    run_buckets.matched_rows,
    run_buckets.not_expected_rows
from internal.runs
inner join internal.run_buckets on runs.run_number = run_buckets.run_number
where runs.run_id = %(predecessor_run_id)s
order by run_buckets.leg, run_buckets.side
