-- Statement minus ledger is explained to the last minor unit, per currency and measure.
--
-- Grain:   one row per currency and measure that is not; expected is 0, found the residual.
select
    leg || ', ' || measure || ', ' || currency as what,
    0::bigint as expected,
    residual_minor as found
from work_run_totals
where residual_minor <> 0
order by what;
