-- Which refunds have been in processing for more than five minutes?
--
-- Grain:    one row per refund.
-- Binds:    as_of (timestamptz).
-- Reads:    refunds.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the payments team
-- Do:       Ask the provider what became of it before anything is tried again.
-- Asked by: runbook 000, check 3
select
    id as object,
    currency,
    -amount_minor as amount_minor,
    processed_at as occurred_at,
    'expected to end within 5 minutes, found PROCESSING since ' || processed_at as what
from refunds
where status = 'PROCESSING' and processed_at < %(as_of)s - interval '5 minutes'
order by id
