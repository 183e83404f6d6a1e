-- Somebody accepts what an open alert says, until a moment.
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), changed_by (text), until (timestamptz).
update internal.alerts
set
    accepted_until = %(until)s,
    accepted_by = %(changed_by)s,
    updated_at = clock_timestamp()
where alert_id = %(alert_id)s
