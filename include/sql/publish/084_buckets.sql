-- Stores in which bucket every row is.
--
-- Binds:   run_number (bigint).
insert into internal.run_buckets (
    run_number, leg, side, in_force_rows, matched_rows, pending_rows, discrepancy_rows,
    not_expected_rows
)
select
    %(run_number)s,
    leg,
    side,
    in_force_rows,
    matched_rows,
    pending_rows,
    discrepancy_rows,
    not_expected_rows
from work_run_buckets;
