-- Events of a payment or an attempt that had ended before them.
--
-- Grain:    one row per event after an end; no row means the invariant holds. A second settlement of a
--           payment is told by no_payment_settles_twice. An attempt that failed has ended; its payment
--           may have a new attempt, where the reason allows one.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:    payments.events.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to engineering
-- Do:       Ask the rail what became of the payment. Money that moved after the end is booked by a
--           correction, never by another event.
-- Asked by: runbook 002, terminal states
with

touched as {touched_payments},

told as (

    select
        events.payment_id,
        events.sequence_number,
        events.event_id,
        events.attempt_id,
        events.type,
        events.recorded_at,
        events.type in ('PaymentSettled', 'PaymentFailed', 'PaymentExpired') as ends_the_attempt,
        events.type in ('PaymentSettled', 'PaymentExpired')
        or (events.type = 'PaymentFailed' and events.payload ->> 'reason' not in ('RAIL', 'TIMEOUT'))
            as ends_the_payment
    from touched
    inner join payments.events
        on touched.payment_id = events.payment_id

),

ends as (

    select
        *,
        min(sequence_number) filter (where ends_the_payment) over (
            partition by payment_id
        ) as payment_ended_at,
        case
            when attempt_id is not null
                then min(sequence_number) filter (where ends_the_attempt) over (
                    partition by payment_id, attempt_id
                )
        end as attempt_ended_at,
        min(sequence_number) filter (where type = 'PaymentSettled') over (
            partition by payment_id
        ) as first_settled_at
    from told

)

select
    payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    recorded_at as occurred_at,
    concat(
        'event ', sequence_number, ' (', type, ') came after ',
        case
            when sequence_number > payment_ended_at
                then concat('the payment had ended with event ', payment_ended_at)
            else concat('attempt ', attempt_id, ' had ended with event ', attempt_ended_at)
        end
    ) as what
from ends
where
    (sequence_number > payment_ended_at or sequence_number > attempt_ended_at)
    and not (type = 'PaymentSettled' and sequence_number > first_settled_at)
order by payment_id, sequence_number, event_id
