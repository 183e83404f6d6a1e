-- Which intents have been created for more than a day, or authorised for more than seven, and came no further?
--
-- Grain:    one row per intent.
-- Binds:    as_of (timestamptz).
-- Reads:    payment_intents, payment_transactions.
-- Severity: warning
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       Ask the PSP for its state. Captured there: record the capture with its reference. Not captured: capture
--           what was delivered, void the rest; never authorise again before the PSP has answered.
-- Asked by: runbook 004, investigation 1 (missing capture); it names no time
-- Reason:   the times are our choice. A day is what runbook 000 gives a payment that was begun; seven days is for
--           how long most cards' authorisations are held, counted from the last one that succeeded. Where yours are
--           held longer, change the interval.
with

waiting as (

    select
        payment_intents.id,
        payment_intents.currency,
        payment_intents.amount_minor,
        payment_intents.status,
        case
            when payment_intents.status = 'created' then payment_intents.created_at
            else coalesce(
                (
                    select max(payment_transactions.created_at)
                    from payment_transactions
                    where
                        payment_transactions.intent_id = payment_intents.id
                        and payment_transactions.transaction_type in ('authorization', 'authorisation')
                        and payment_transactions.status = 'succeeded'
                ),
                payment_intents.created_at
            )
        end as since,
        case payment_intents.status when 'created' then interval '24 hours' else interval '168 hours' end as at_most
    from payment_intents
    where payment_intents.status in ('created', 'authorized', 'authorised')

)

select
    id as object,
    currency,
    amount_minor,
    since as occurred_at,
    'expected to go on within ' || extract(epoch from at_most)::bigint / 3600 || ' hours, found ' || status
    || ' since ' || since as what
from waiting
where since < %(as_of)s - at_most
order by id
