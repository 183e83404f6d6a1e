-- What did each tolerance let pass?
--
-- Grain:   one row per leg, measure and currency.
-- Binds:   none; reads the workspace.
select
    leg,
    measure,
    currency,
    decided_matches,
    decided_minor,
    matches,
    above_minor,
    below_minor,
    absorbed_minor,
    exposure_minor
from work_run_absorbed
order by leg, array_position(array['gross', 'fee', 'tax', 'date'], measure), currency
