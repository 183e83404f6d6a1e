-- Which critical alerts of the payouts system itself has nobody resolved?
--
-- Grain:    one row per alert.
-- Binds:    as_of (timestamptz) - exclusive; when it was raised.
-- Reads:    integrity_alerts.
-- Severity: critical
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Resolve each in the payouts system, by the incident that it names.
-- Asked by: runbook 001, integrityAlertsCriticalOpen
select
    id::text as object,
    null::text as currency,
    null::bigint as amount_minor,
    created_at as occurred_at,
    'expected it to be RESOLVED, found ' || kind || ' ' || status || ' about '
    || coalesce(provider_payout_id, ledger_group_id, 'nothing') as what
from integrity_alerts
where
    severity = 'CRITICAL'
    and status <> 'RESOLVED'
    and created_at < %(as_of)s
order by integrity_alerts.id
