-- Which acceptances are over? Their alerts are open again, as nobody's.
--
-- Grain:   one row per alert.
-- Binds:   none.
update internal.alerts
set
    accepted_until = null,
    accepted_by = null,
    acknowledged_at = null,
    acknowledged_by = null,
    escalated_at = null,
    escalates_at = clock_timestamp() + (escalates_at - opened_at),
    updated_at = clock_timestamp()
where state = 'open' and accepted_until <= clock_timestamp()
returning alert_id, name, severity, summary
