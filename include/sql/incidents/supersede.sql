-- Which summaries of an incident have not arrived, now that there is a younger one? They are not sent any more.
--
-- Grain:   no rows; changes the messages that wait.
-- Binds:   alert_id, summary_id (bigint): the younger one.
update internal.outbox
set superseded_at = clock_timestamp()
from internal.incident_summaries
where
    incident_summaries.alert_id = %(alert_id)s
    and incident_summaries.summary_id < %(summary_id)s
    and outbox.payload ? 'summary_id'
    and (outbox.payload ->> 'summary_id')::bigint = incident_summaries.summary_id
    and outbox.delivered_at is null
    and outbox.superseded_at is null
