-- Which causes have an open alert of this name?
--
-- Grain:   one row per open alert.
-- Binds:   name (text).
select fingerprint
from internal.alerts
where name = %(name)s and state = 'open'
order by fingerprint
