-- What does an open alert say now?
--
-- Grain:   no rows; changes one row.
-- Binds:   alert_id (bigint), severity, summary, run_id (text, null keeps the old one), reasons (jsonb).
update internal.alerts
set
    severity = %(severity)s,
    reasons = %(reasons)s,
    summary = %(summary)s,
    run_id = coalesce(%(run_id)s, run_id),
    updated_at = clock_timestamp()
where alert_id = %(alert_id)s
