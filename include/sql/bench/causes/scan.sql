-- How many discrepancies are there, and what do they amount to? One bare scan of them.
--
-- Grain:   one row.
-- Binds:   none.
select
    count(*) as discrepancies,
    sum(delta_minor)::bigint as delta_minor,
    sum(exposure_minor)::bigint as exposure_minor
from work_discrepancies
