-- Stores the formulas that hold for the discrepancies of this run, claimed or not.
--
-- Binds:   run_number (bigint).
insert into internal.discrepancy_causes (
    run_number, discrepancy_id, cause, is_claimed, solutions, with_discrepancy_id, evidence, correction,
    correction_minor
)
select
    %(run_number)s,
    discrepancy_id,
    cause,
    is_claimed,
    solutions,
    with_discrepancy_id,
    evidence,
    correction,
    correction_minor
from work_causes;
