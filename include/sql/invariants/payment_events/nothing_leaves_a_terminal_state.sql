-- Events of a payment or an attempt that had ended before them.
--
-- Grain:   one row per event after an end; no row means the invariant holds. A second settlement of a
--          payment is told by no_payment_settles_twice. An attempt that failed has ended; its payment
--          may have a new attempt, where the reason allows one.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of recording.
with

touched as (

    select distinct payment_id
    from payments.events
    where
        recorded_at >= %(window_start)s
        and recorded_at < %(window_end)s

),

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
    payment_id,
    sequence_number,
    event_id,
    type,
    attempt_id,
    payment_ended_at,
    attempt_ended_at,
    recorded_at
from ends
where
    (sequence_number > payment_ended_at or sequence_number > attempt_ended_at)
    and not (type = 'PaymentSettled' and sequence_number > first_settled_at)
order by payment_id, sequence_number, event_id
