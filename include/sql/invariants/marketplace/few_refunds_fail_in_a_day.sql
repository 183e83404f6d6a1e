-- Which refunds have failed within the last day?
--
-- Grain:    one row per refund.
-- Binds:    as_of (timestamptz).
-- Reads:    refunds.
-- Severity: info
-- Scope:    full
-- Every:    day
-- Allowed:  20 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Look whether one reason stands out, in failed_operations.csv of the export; each is looked at before it is
--           tried again.
-- Asked by: runbook 000, check 4
-- Reason:   the runbook names a limit for an hour only; this one finds what drips below it all day.
select
    id as object,
    currency,
    -amount_minor as amount_minor,
    updated_at as occurred_at,
    'expected to be completed, found FAILED: ' || coalesce(failure_reason, 'without a reason') as what
from refunds
where
    status = 'FAILED'
    and updated_at > %(as_of)s - interval '24 hours'
    and updated_at <= %(as_of)s
order by id
