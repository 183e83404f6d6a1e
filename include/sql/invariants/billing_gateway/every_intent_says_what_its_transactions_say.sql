-- Which intents have a status that their transactions contradict, of those that were touched?
--
-- Grain:    one row per intent.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an intent was touched in.
-- Reads:    payment_intents, payment_transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to payments engineering
-- Do:       Ask the PSP for its state. What is missing is recorded with the PSP's reference; a status that was
--           written by hand is corrected by a new row, with the reason.
-- Asked by: runbook 004, objective (authorised, captured, settled) and mitigation 2
-- Reason:   a gateway may keep no rows of voids and expiries, so none is asked for: voided and expired only mean
--           that nothing was captured.
with

touched as (

    select intent_id
    from {touched_intents} as with_transactions
    union
    select id
    from payment_intents
    where created_at >= %(window_start)s and created_at < %(window_end)s

),

facts as (

    select
        touched.intent_id,
        coalesce(bool_or(
            payment_transactions.transaction_type in ('authorization', 'authorisation', 'sale')
        ), false) as is_authorised,
        coalesce(bool_or(payment_transactions.transaction_type in ('capture', 'sale')), false) as is_captured,
        coalesce(bool_or(payment_transactions.transaction_type = 'refund'), false) as is_refunded,
        coalesce(bool_or(payment_transactions.transaction_type in ('void', 'expiry')), false) as is_released
    from touched
    left join payment_transactions
        on touched.intent_id = payment_transactions.intent_id
        and payment_transactions.status = 'succeeded'
    group by touched.intent_id

),

contradictions as (

    select
        payment_intents.id,
        payment_intents.currency,
        payment_intents.amount_minor,
        payment_intents.created_at,
        payment_intents.status,
        case
            when payment_intents.status in ('captured', 'settled', 'refunded') and not facts.is_captured
                then 'a capture that succeeded, found none'
            when payment_intents.status = 'refunded' and not facts.is_refunded
                then 'a refund that succeeded, found none'
            when payment_intents.status in ('authorized', 'authorised') and not facts.is_authorised
                then 'an authorisation that succeeded, found none'
            when payment_intents.status not in ('captured', 'settled', 'refunded') and facts.is_captured
                then 'no capture, found one that succeeded'
            when payment_intents.status in ('created', 'authorized', 'authorised') and facts.is_released
                then 'no void or expiry, found one that succeeded'
            when payment_intents.status = 'created' and facts.is_authorised
                then 'no authorisation, found one that succeeded'
        end as contradiction
    from facts
    inner join payment_intents on facts.intent_id = payment_intents.id

)

select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    'expected of an intent that is ' || status || ' ' || contradiction as what
from contradictions
where contradiction is not null
order by id
