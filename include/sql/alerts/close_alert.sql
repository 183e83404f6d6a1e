-- Is this cause gone? Closes its open alert.
--
-- Grain:   one row with the closed alert, or none when none was open.
-- Binds:   fingerprint, summary (text).
update internal.alerts
set
    state = 'closed',
    summary = %(summary)s,
    updated_at = clock_timestamp(),
    closed_at = clock_timestamp()
where fingerprint = %(fingerprint)s and state = 'open'
returning alert_id, name, severity, psp, account
