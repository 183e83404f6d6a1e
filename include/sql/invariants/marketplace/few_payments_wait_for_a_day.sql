-- Which payments were begun more than a day ago and have come no further?
--
-- Grain:    one row per payment.
-- Binds:    as_of (timestamptz).
-- Reads:    payments.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  10 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Create an incident ticket; capture what was delivered, cancel what was not.
-- Asked by: runbook 000, check 2 and alert 2
select
    id as object,
    currency,
    amount_minor,
    initiated_at as occurred_at,
    'expected to be captured or failed within a day, found INITIATED since ' || initiated_at as what
from payments
where lifecycle = 'INITIATED' and initiated_at < %(as_of)s - interval '24 hours'
order by id
