-- What does an incident say now? Locks it until the transaction ends.
--
-- Grain:   one row; `now` is the database's clock.
-- Binds:   alert_id (bigint).
select
    alert_id,
    name,
    psp,
    severity,
    state = 'open' as is_open,
    summary,
    reasons,
    opened_at,
    closed_at,
    acknowledged_by,
    psp_ticket,
    greatest(snoozed_until, accepted_until) as quiet_until,
    clock_timestamp() as now
from internal.alerts
where alert_id = %(alert_id)s
for update
