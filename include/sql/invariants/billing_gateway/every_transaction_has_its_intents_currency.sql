-- Which transactions are in another currency than their intent?
--
-- Grain:    one row per transaction.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the transaction was made.
-- Reads:    payment_intents, payment_transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to payments engineering
-- Do:       Ask the PSP in which currency the money moved; correct the wrong side by a new row.
-- Asked by: runbook 004, investigation 3 (data integrity)
select
    payment_transactions.id as object,
    payment_transactions.currency,
    payment_transactions.amount_minor,
    payment_transactions.created_at as occurred_at,
    'expected ' || payment_intents.currency || ' as intent ' || payment_intents.id || ' has, found '
    || payment_transactions.currency as what
from payment_transactions
inner join payment_intents on payment_transactions.intent_id = payment_intents.id
where
    payment_transactions.currency <> payment_intents.currency
    and payment_transactions.created_at >= %(window_start)s
    and payment_transactions.created_at < %(window_end)s
order by payment_transactions.id
