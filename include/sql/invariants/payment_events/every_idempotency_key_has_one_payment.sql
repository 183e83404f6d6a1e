-- Idempotency keys that more than one payment was created with.
--
-- Grain:   one row per key; no row means the invariant holds. All payments of a key are looked at, of
--          which at least one was created in the window.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of creation.
with

touched as (

    select distinct idempotency_key
    from payments.intents
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s

)

select
    intents.idempotency_key,
    count(*) as payments,
    array_agg(intents.payment_id order by intents.created_at, intents.payment_id) as payment_ids,
    min(intents.created_at) as first_created_at,
    max(intents.created_at) as last_created_at
from touched
inner join payments.intents
    on touched.idempotency_key = intents.idempotency_key
group by intents.idempotency_key
having count(*) > 1
order by intents.idempotency_key
