-- Somebody takes an open alert on: it goes to nobody else, and is silent as long as asked.
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), changed_by (text), until (timestamptz, null for no snooze),
--          psp_ticket (text, null keeps the one that there is).
update internal.alerts
set
    acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
    acknowledged_by = coalesce(acknowledged_by, %(changed_by)s),
    snoozed_until = %(until)s,
    psp_ticket = coalesce(%(psp_ticket)s, psp_ticket),
    updated_at = clock_timestamp()
where alert_id = %(alert_id)s
