-- Which alert is this? Locks it until the transaction ends.
--
-- Grain:   one row, or none.
-- Binds:   alert_id (bigint).
select
    alert_id,
    name,
    psp,
    severity,
    state,
    summary,
    fingerprint,
    acknowledged_at,
    acknowledged_by,
    clock_timestamp() as now
from internal.alerts
where alert_id = %(alert_id)s
for update
