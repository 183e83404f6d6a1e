-- Which alert is open for a cause? Locks it until the transaction ends.
--
-- Grain:   one row, or none.
-- Binds:   fingerprint (text).
select
    alert_id,
    name,
    severity,
    psp,
    account,
    reasons,
    summary,
    opened_at,
    coalesce(snoozed_until > clock_timestamp(), false) or accepted_until is not null as is_quiet
from internal.alerts
where fingerprint = %(fingerprint)s and state = 'open'
for update
