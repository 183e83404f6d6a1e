-- How much of what is open does each cause explain, and how much none?
--
-- Grain:   one row per currency and cause; what nothing explains comes last of its currency.
-- Binds:   none; reads the workspace.
select
    cause,
    currency,
    discrepancies,
    new_discrepancies,
    exposure_minor,
    delta_minor,
    correction,
    correction_minor
from work_run_causes
order by currency, cause is null, exposure_minor desc, cause
