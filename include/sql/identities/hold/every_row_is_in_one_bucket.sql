-- Rows in force are matched, pending, in a discrepancy, or expected nowhere: each in one of them.
--
-- Grain:   one row per side where it is not so.
select
    leg || ', ' || side || ' side, rows' as what,
    in_force_rows as expected,
    matched_rows + pending_rows + discrepancy_rows + not_expected_rows as found
from work_run_buckets
where in_force_rows <> matched_rows + pending_rows + discrepancy_rows + not_expected_rows
order by what;
