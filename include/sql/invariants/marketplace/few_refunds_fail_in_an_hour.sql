-- Which refunds have failed within the last hour?
--
-- Grain:    one row per refund.
-- Binds:    as_of (timestamptz).
-- Reads:    refunds.
-- Severity: warning
-- Scope:    full
-- Allowed:  5 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Tell the payments team; refunds that failed are not tried again before somebody has looked.
-- Asked by: runbook 000, check 4 and alert 3 (MEDIUM)
select
    id as object,
    currency,
    -amount_minor as amount_minor,
    updated_at as occurred_at,
    'expected to be completed, found FAILED: ' || coalesce(failure_reason, 'without a reason') as what
from refunds
where
    status = 'FAILED'
    and updated_at > %(as_of)s - interval '1 hour'
    and updated_at <= %(as_of)s
order by id
