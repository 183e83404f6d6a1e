-- What does the warehouse report as open at its heads?
--
-- Grain:   one row per open discrepancy.
select
    kind,
    currency,
    delta_minor,
    exposure_minor,
    psp_reference
from reconciliation.discrepancies
where change <> 'resolved' and status <> 'closed'
order by kind, currency, delta_minor, exposure_minor, psp_reference
