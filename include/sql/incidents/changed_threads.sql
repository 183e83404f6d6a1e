-- Which incidents have changed since their message in a channel was last brought up to date?
--
-- Grain:   one row per incident.
-- Binds:   channel (text).
select incident_threads.alert_id
from internal.incident_threads
inner join internal.alerts on incident_threads.alert_id = alerts.alert_id
where
    incident_threads.channel = %(channel)s
    and incident_threads.ts is not null
    and incident_threads.shown_at < greatest(
        alerts.updated_at,
        (
            select max(incident_summaries.made_at)
            from internal.incident_summaries
            where incident_summaries.alert_id = alerts.alert_id
        )
    )
order by incident_threads.alert_id
