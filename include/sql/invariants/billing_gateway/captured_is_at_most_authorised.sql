-- Which intents were captured above what was authorised, in a currency, of those that were touched?
--
-- Grain:    one row per intent and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an intent was touched in.
-- Reads:    payment_transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to payments engineering
-- Do:       Compare the captures with the PSP's: one that is recorded twice is corrected by a new row, one that
--           took too much is refunded after finance has approved it.
-- Asked by: runbook 004, objective (authorised, captured, settled)
-- Reason:   all transactions of an intent that was touched are summed, whenever they were made. A sale is
--           authorised and captured in one. Only what succeeded counts. Amounts are the excess. An over-capture that
--           a PSP's entry declares is not known in this book, and told: accept its alert, or add your limit here.
with

touched as {touched_intents},

summed as (

    select
        payment_transactions.intent_id,
        payment_transactions.currency,
        coalesce(sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type in ('authorization', 'authorisation', 'sale')
        ), 0)::bigint as authorised_minor,
        coalesce(sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type in ('capture', 'sale')
        ), 0)::bigint as captured_minor,
        max(payment_transactions.created_at) filter (
            where payment_transactions.transaction_type in ('capture', 'sale')
        ) as captured_at
    from touched
    inner join payment_transactions on touched.intent_id = payment_transactions.intent_id
    where payment_transactions.status = 'succeeded'
    group by payment_transactions.intent_id, payment_transactions.currency

)

select
    intent_id as object,
    currency,
    captured_minor - authorised_minor as amount_minor,
    captured_at as occurred_at,
    'expected captures of ' || authorised_minor || ' at most, found ' || captured_minor as what
from summed
where captured_minor > authorised_minor
order by intent_id, currency
