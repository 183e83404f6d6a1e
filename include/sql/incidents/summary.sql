-- What does a summary say, and which one before it went out the same way?
--
-- Grain:   one row; told_slot is null when none did.
-- Binds:   summary_id (bigint), kind (text), recipient (text, null for a channel).
select
    incident_summaries.alert_id,
    incident_summaries.slot,
    incident_summaries.is_final,
    incident_summaries.subject,
    incident_summaries.text,
    incident_summaries.made_at,
    alerts.opened_at,
    (
        select max(earlier.slot)
        from internal.incident_summaries as earlier
        inner join internal.outbox
            on
                outbox.payload ? 'summary_id'
                and (outbox.payload ->> 'summary_id')::bigint = earlier.summary_id
        where
            earlier.alert_id = incident_summaries.alert_id
            and earlier.summary_id < incident_summaries.summary_id
            and outbox.kind = %(kind)s
            and outbox.payload ->> 'recipient' is not distinct from %(recipient)s::text
            and outbox.delivered_at is not null
    ) as told_slot
from internal.incident_summaries
inner join internal.alerts on incident_summaries.alert_id = alerts.alert_id
where incident_summaries.summary_id = %(summary_id)s
