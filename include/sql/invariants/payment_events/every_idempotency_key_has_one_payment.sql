-- Idempotency keys that more than one payment was created with.
--
-- Grain:    one row per key; no row means the invariant holds. All payments of a key are looked at, of
--           which at least one was created in the window.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of creation.
-- Reads:    payments.intents.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to engineering
-- Do:       Cancel the duplicates that may be cancelled, see that funds were debited once, reverse what
--           was posted twice.
-- Asked by: runbook 002, scenario 3
with

touched as (

    select distinct idempotency_key
    from payments.intents
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s

)

select
    intents.idempotency_key as object,
    null::text as currency,
    null::bigint as amount_minor,
    max(intents.created_at) as occurred_at,
    concat(
        count(*), ' payments have the key: ',
        string_agg(intents.payment_id, ', ' order by intents.created_at, intents.payment_id)
    ) as what
from touched
inner join payments.intents
    on touched.idempotency_key = intents.idempotency_key
group by intents.idempotency_key
having count(*) > 1
order by intents.idempotency_key
