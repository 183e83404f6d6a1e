-- Which transactions belong to an intent that is not there?
--
-- Grain:    one row per transaction.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the transaction was made.
-- Reads:    payment_transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to payments engineering
-- Do:       Find out what deleted the intent, and restore it: without it no reconciliation sees the transaction.
-- Asked by: runbook 004, investigation 1 (its snapshot joins the two)
-- Reason:   a foreign key makes this impossible where there is one; a partitioned or archived table often has none.
select
    payment_transactions.id as object,
    payment_transactions.currency,
    payment_transactions.amount_minor,
    payment_transactions.created_at as occurred_at,
    'expected intent ' || payment_transactions.intent_id || ', found none' as what
from payment_transactions
left join payment_intents on payment_transactions.intent_id = payment_intents.id
where
    payment_intents.id is null
    and payment_transactions.created_at >= %(window_start)s
    and payment_transactions.created_at < %(window_end)s
order by payment_transactions.id
