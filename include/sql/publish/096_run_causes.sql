-- Stores how much each cause explains of what is open in this run.
--
-- Binds:   run_number (bigint).
insert into internal.run_causes (
    run_number, cause, currency, discrepancies, new_discrepancies, exposure_minor, delta_minor, correction,
    correction_minor
)
select
    %(run_number)s,
    cause,
    currency,
    discrepancies,
    new_discrepancies,
    exposure_minor,
    delta_minor,
    correction,
    correction_minor
from work_run_causes;
