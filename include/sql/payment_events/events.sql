-- What are the events of these payments, as the replay reads them?
--
-- Grain:   one row per event.
-- Binds:   payment_ids (text[]).
select
    payment_id,
    sequence_number,
    event_id,
    type,
    attempt_id,
    case when type = 'PaymentFailed' then payload ->> 'reason' end as reason,
    case when type = 'PaymentIntentCreated' then (payload ->> 'amount_minor')::bigint end as amount_minor,
    case when type = 'PaymentIntentCreated' then payload ->> 'currency' end as currency,
    recorded_at
from payments.events
where payment_id = any(%(payment_ids)s)
order by payment_id, sequence_number, event_id
