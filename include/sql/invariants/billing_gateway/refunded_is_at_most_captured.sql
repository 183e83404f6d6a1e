-- Which intents were refunded above what was captured, in a currency, of those that were touched?
--
-- Grain:    one row per intent and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an intent was touched in.
-- Reads:    payment_transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to payments engineering
-- Do:       Stop refunds of this intent, compare them with the PSP's, and let finance decide how the excess is
--           recovered.
-- Asked by: runbook 004, objective (authorised, captured, settled)
-- Reason:   chargebacks are apart: the card's bank may take back what was refunded already. Only what succeeded
--           counts. Amounts are the excess.
with

touched as {touched_intents},

summed as (

    select
        payment_transactions.intent_id,
        payment_transactions.currency,
        coalesce(sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type in ('capture', 'sale')
        ), 0)::bigint as captured_minor,
        coalesce(sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type = 'refund'
        ), 0)::bigint as refunded_minor,
        max(payment_transactions.created_at) filter (
            where payment_transactions.transaction_type = 'refund'
        ) as refunded_at
    from touched
    inner join payment_transactions on touched.intent_id = payment_transactions.intent_id
    where payment_transactions.status = 'succeeded'
    group by payment_transactions.intent_id, payment_transactions.currency

)

select
    intent_id as object,
    currency,
    refunded_minor - captured_minor as amount_minor,
    refunded_at as occurred_at,
    'expected refunds of ' || captured_minor || ' at most, found ' || refunded_minor as what
from summed
where refunded_minor > captured_minor
order by intent_id, currency
