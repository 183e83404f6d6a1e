-- Which objects, by currency, does an open alert of this check speak of?
--
-- Grain:   one row per open alert.
-- Binds:   prefix (text): what the fingerprints of the check's alerts begin with.
select
    fingerprint,
    substr(fingerprint, length(%(prefix)s) + 1) as object
from internal.alerts
where state = 'open' and starts_with(fingerprint, %(prefix)s)
order by fingerprint
