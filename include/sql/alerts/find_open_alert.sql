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
    opened_at
from internal.alerts
where fingerprint = %(fingerprint)s and state = 'open'
for update
