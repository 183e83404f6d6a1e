-- What happened to a payment, event by event, with all that the hash of each is over?
--
-- Grain:   one row per event; the payload is the text as it is stored.
-- Binds:   payment_id (text).
select
    sequence_number,
    event_id,
    type,
    attempt_id,
    payload::text as payload,
    occurred_at,
    recorded_at,
    previous_sha256,
    event_sha256
from payments.events
where payment_id = %(payment_id)s
order by sequence_number, event_id
