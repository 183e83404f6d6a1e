-- Which acceptances and snoozes are over? Their alerts are open again, as nobody's.
--
-- Grain:   one row per alert.
-- Binds:   none.
with

over as (

    select
        alert_id,
        case when accepted_until <= clock_timestamp() then 'acceptance_expired' else 'snooze_ended' end as event
    from internal.alerts
    where
        state = 'open'
        and (accepted_until <= clock_timestamp() or (snoozed_until <= clock_timestamp() and accepted_until is null))
    for update

)

update internal.alerts
set
    accepted_until = null,
    accepted_by = null,
    snoozed_until = null,
    acknowledged_at = null,
    acknowledged_by = null,
    escalated_at = null,
    escalates_at = clock_timestamp() + (alerts.escalates_at - alerts.opened_at),
    updated_at = clock_timestamp()
from over
where alerts.alert_id = over.alert_id
returning alerts.alert_id, alerts.name, alerts.severity, alerts.summary, over.event
