-- The events, in the order in which they were recorded: those of many payments lie between each other.
--
-- Grain:   one row per event.
-- Reason:  the replay reads no hash of an event.
insert into payments.events (
    event_id, payment_id, sequence_number, type, attempt_id, payload, occurred_at, recorded_at, event_sha256
)
select
    payments.payment_id || '-event-' || told.sequence_number,
    payments.payment_id,
    told.sequence_number,
    case
        when payments.fault = 'an unknown event' and told.sequence_number = 5 then 'PaymentConsidered'
        else told.type
    end,
    payments.payment_id || '-attempt-' || told.attempt,
    case told.type
        when 'PaymentIntentCreated'
            then json_build_object('amount_minor', payments.amount_minor, 'currency', payments.currency)
        when 'PaymentFailed' then json_build_object('reason', 'RAIL')
        else '{}'
    end,
    payments.begun_at + told.sequence_number * interval '40 seconds',
    payments.begun_at + told.sequence_number * interval '40 seconds',
    repeat('0', 64)
from bench.payments
inner join (values
    (false, 1, 'PaymentIntentCreated', null),
    (false, 2, 'PaymentAuthorised', null),
    (false, 3, 'PaymentAttemptCreated', 1),
    (false, 4, 'PaymentSentToRail', 1),
    (false, 5, 'PaymentAcknowledged', 1),
    (false, 6, 'PaymentSettled', 1),
    (true, 1, 'PaymentIntentCreated', null),
    (true, 2, 'PaymentAuthorised', null),
    (true, 3, 'PaymentAttemptCreated', 1),
    (true, 4, 'PaymentSentToRail', 1),
    (true, 5, 'PaymentFailed', 1),
    (true, 6, 'PaymentAttemptCreated', 2),
    (true, 7, 'PaymentSentToRail', 2),
    (true, 8, 'PaymentAcknowledged', 2),
    (true, 9, 'PaymentSettled', 2)
) as told (is_retried, sequence_number, type, attempt)
    on payments.is_retried = told.is_retried
where payments.fault is distinct from 'a lost event' or told.sequence_number <> 4
order by payments.begun_at + told.sequence_number * interval '40 seconds', payments.number, told.sequence_number
