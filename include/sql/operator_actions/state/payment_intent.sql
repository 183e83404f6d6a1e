-- How does a payment stand, as operators see it: its state, and why it failed?
--
-- Grain:   one row, or none where the store has no such payment. A failed payment's state names its reason;
--          PROJECTION_BEHIND where the stored state has not seen the newest event.
-- Binds:   object_id, idempotency_key (text; not used).
select
    intents.amount_minor,
    intents.currency,
    coalesce(newest.sequence_number, 0) as events,
    coalesce(tried.attempts, 0)::bigint as attempts,
    attempt.attempt_id,
    attempt.external_reference,
    (extract(epoch from attempt.created_at) * 1000000)::bigint as attempt_created_microseconds,
    case
        when projections.sequence_number is distinct from newest.sequence_number then 'PROJECTION_BEHIND'
        when projections.state = 'FAILED' then 'FAILED_' || coalesce(newest.reason, 'WITHOUT_REASON')
        else projections.state
    end as state
from payments.intents
left join payments.projections on intents.payment_id = projections.payment_id
left join lateral (
    select
        events.sequence_number,
        events.payload ->> 'reason' as reason
    from payments.events
    where events.payment_id = intents.payment_id
    order by events.sequence_number desc
    limit 1
) as newest on true
left join lateral (
    select count(*) as attempts
    from payments.attempts
    where attempts.payment_id = intents.payment_id
) as tried on true
left join lateral (
    select
        attempts.attempt_id,
        attempts.external_reference,
        attempts.created_at
    from payments.attempts
    where attempts.payment_id = intents.payment_id
    order by attempts.attempt_number desc, attempts.attempt_id desc
    limit 1
) as attempt on true
where intents.payment_id = %(object_id)s and %(idempotency_key)s::text is not null
