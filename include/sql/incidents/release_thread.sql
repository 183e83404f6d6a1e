-- Is the thread free again?
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), channel (text).
update internal.incident_threads
set claimed_until = clock_timestamp()
where alert_id = %(alert_id)s and channel = %(channel)s
