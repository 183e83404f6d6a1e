-- Ends what tolerances let pass in matches that this run dissolves, or decides otherwise.
--
-- Binds:   leg (text), run_number (bigint).
update internal.absorbed_differences as kept set last_run_number = %(run_number)s
from work_existing_matches as existing
where
    kept.leg = %(leg)s
    and kept.match_id = existing.match_id
    and kept.last_run_number is null
    and not exists (
        select from work_absorbed
        where
            work_absorbed.match_id = existing.decided_match_id
            and work_absorbed.measure = kept.measure
            and work_absorbed.absorbed_minor = kept.absorbed_minor
            and work_absorbed.business_days is not distinct from kept.business_days
    );
