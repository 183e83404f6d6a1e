-- What did the benchmark plant?
--
-- Grain:   one row per label.
select
    kind,
    currency,
    delta_minor,
    exposure_minor,
    psp_reference
from bench.labels
order by kind, currency, delta_minor, exposure_minor, psp_reference
