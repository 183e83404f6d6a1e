-- How many changes has an alert seen?
--
-- Grain:   one row.
-- Binds:   alert_id (bigint).
select count(*) as changes
from internal.alert_changes
where alert_id = %(alert_id)s
