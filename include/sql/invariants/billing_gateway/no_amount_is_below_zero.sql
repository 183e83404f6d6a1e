-- Which intents and transactions have a negative amount?
--
-- Grain:    one row per intent or transaction.
-- Binds:    window_start, window_end (timestamptz) - half-open; when it was made.
-- Reads:    payment_intents, payment_transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Find out what wrote it: the type gives the direction, and a sign beside it counts twice in every sum.
-- Asked by: runbook 004, investigation 3 (data integrity)
-- Reason:   zero is no fault: a card is verified by an authorisation of nothing.
select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    'expected the amount of an intent without a sign, found ' || amount_minor as what
from payment_intents
where amount_minor < 0 and created_at >= %(window_start)s and created_at < %(window_end)s
union all
select
    id,
    currency,
    amount_minor,
    created_at,
    'expected the amount of a ' || transaction_type || ' without a sign, found ' || amount_minor
from payment_transactions
where amount_minor < 0 and created_at >= %(window_start)s and created_at < %(window_end)s
order by object, what
