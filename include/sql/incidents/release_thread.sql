-- When is the thread free again?
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), channel (text), wait_seconds (integer): as long as Slack asked to wait.
update internal.incident_threads
set claimed_until = clock_timestamp() + make_interval(secs => %(wait_seconds)s)
where alert_id = %(alert_id)s and channel = %(channel)s
