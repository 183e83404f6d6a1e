-- Which payments have failed within the last day?
--
-- Grain:    one row per payment.
-- Binds:    as_of (timestamptz).
-- Reads:    payments.
-- Severity: info
-- Scope:    full
-- Every:    day
-- Allowed:  50 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Look whether one payment method stands out, in failed_operations.csv of the export; then ask its provider.
-- Asked by: runbook 000, check 4
-- Reason:   a declined card is no fault of the book. The runbook names no limit; this one is where a look begins to pay.
select
    id as object,
    currency,
    amount_minor,
    updated_at as occurred_at,
    'expected to be captured, found FAILED by ' || payment_method as what
from payments
where
    lifecycle = 'FAILED'
    and updated_at > %(as_of)s - interval '24 hours'
    and updated_at <= %(as_of)s
order by id
