-- Of which incidents is a summary to be written now, as far as can be told without a lock?
--
-- Grain:   one row per incident: those that are open and not silenced, and those that are closed
--          and have had no final summary.
-- Binds:   name (text): that of the incidents' alerts.
select alert_id
from internal.alerts
where
    name = %(name)s
    and (
        (
            state = 'open'
            and accepted_until is null
            and coalesce(snoozed_until <= clock_timestamp(), true)
        )
        or (
            state = 'closed'
            and not exists (
                select from internal.incident_summaries
                where incident_summaries.alert_id = alerts.alert_id and incident_summaries.is_final
            )
        )
    )
order by alert_id
