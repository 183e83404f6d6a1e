-- Where is the message of an incident, and which state does it show?
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), channel (text), message_id (bigint), channel_id, ts (text), all null when it is
--          gone, shown_at (timestamptz), error (text, null when nothing is wrong).
update internal.incident_threads
set
    message_id = %(message_id)s,
    channel_id = %(channel_id)s,
    ts = %(ts)s,
    shown_at = %(shown_at)s,
    last_error = %(error)s
where alert_id = %(alert_id)s and channel = %(channel)s
