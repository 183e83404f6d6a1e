-- Where did every row in force end?
--
-- Grain:   one row per leg and side.
-- Binds:   none; reads the workspace.
select
    leg,
    side,
    in_force_rows,
    matched_rows,
    pending_rows,
    discrepancy_rows,
    not_expected_rows
from work_run_buckets
order by leg, side
