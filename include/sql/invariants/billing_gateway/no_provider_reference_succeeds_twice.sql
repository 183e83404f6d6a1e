-- Which transactions have the provider's reference of one that succeeded before, of the same type and account?
--
-- Grain:    one row per transaction beyond the first.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a reference was touched in.
-- Reads:    payment_intents, payment_transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to payments engineering
-- Do:       Compare with the PSP: usually one event was recorded twice. Correct by a new row, and look whether the
--           customer was charged twice.
-- Asked by: runbook 004, investigation 1 (settled twice)
-- Reason:   all uses of a reference that was touched are compared, whenever they were made.
with

touched as (

    select provider_reference
    from payment_transactions
    where created_at >= %(window_start)s and created_at < %(window_end)s
    union
    select provider_reference
    from payment_transactions
    where processed_at >= %(window_start)s and processed_at < %(window_end)s

),

uses as (

    select
        payment_transactions.id,
        payment_transactions.currency,
        payment_transactions.amount_minor,
        payment_transactions.created_at,
        payment_transactions.provider_reference,
        row_number() over one_event as number_of_use,
        first_value(payment_transactions.id) over one_event as first_id
    from touched
    inner join payment_transactions on touched.provider_reference = payment_transactions.provider_reference
    inner join payment_intents on payment_transactions.intent_id = payment_intents.id
    where payment_transactions.status = 'succeeded'
    window one_event as (
        partition by
            payment_intents.provider,
            payment_intents.provider_account,
            replace(payment_transactions.transaction_type, 'authorization', 'authorisation'),
            payment_transactions.provider_reference
        order by payment_transactions.created_at, payment_transactions.id
    )

)

select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    'expected ' || provider_reference || ' to succeed once, found it in ' || first_id || ' already' as what
from uses
where number_of_use > 1
order by id
