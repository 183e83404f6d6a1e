-- Which open alerts has nobody taken on in time? They go to somebody else, once.
--
-- Grain:   one row per alert.
-- Binds:   none.
update internal.alerts
set
    escalated_at = clock_timestamp(),
    updated_at = clock_timestamp()
where
    state = 'open'
    and escalated_at is null
    and acknowledged_at is null
    and accepted_until is null
    and escalates_at <= clock_timestamp()
returning alert_id, name, severity, summary, escalates_to
