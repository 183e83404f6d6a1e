-- Events that their payment, or their attempt, may not have where it stood.
--
-- Grain:    one row per illegal event; no row means the invariant holds. Each event is held against the
--           one before it, of the payment and of the attempt. What follows a terminal state is told by
--           nothing_leaves_a_terminal_state, what follows a gap in the numbers by
--           event_numbers_have_no_gap_and_no_duplicate, what nobody knows by every_event_is_known.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:    payments.events.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to engineering
-- Do:       Do not bypass it: stop the payment's operations, keep its events, look at its timeline
--           (docs/books/payment_events.md).
-- Asked by: runbook 002, state machine reference
with

touched as {touched_payments},

-- What an event does, and the state of the payment and of the attempt that it leads to: every trigger
-- leads to one state, whatever the state before it.
triggers (type, reason, trigger, payment_state, attempt_state) as (
    values
    ('PaymentIntentCreated', null, 'created', 'created', null),
    ('PaymentAuthorised', null, 'authorised', 'authorised', null),
    ('PaymentAttemptCreated', null, 'attempt_created', 'attempting', 'created'),
    ('PaymentSentToRail', null, 'sent', 'attempting', 'sent'),
    ('PaymentAcknowledged', null, 'acknowledged', 'attempting', 'acknowledged'),
    ('PaymentSettled', null, 'settled', 'settled', 'settled'),
    ('PaymentFailed', 'RAIL', 'failed_retryable', 'retryable', 'failed'),
    ('PaymentFailed', 'TIMEOUT', 'failed_retryable', 'retryable', 'failed'),
    ('PaymentFailed', 'INSUFFICIENT_FUNDS', 'failed_finally', 'failed', 'failed'),
    ('PaymentFailed', 'INVALID_ACCOUNT', 'failed_finally', 'failed', 'failed'),
    ('PaymentFailed', 'FRAUD', 'failed_finally', 'failed', 'failed'),
    ('PaymentFailed', 'EXPIRED', 'failed_finally', 'failed', 'failed'),
    ('PaymentFailed', 'CANCELLED', 'cancelled', 'failed', 'failed'),
    ('PaymentExpired', null, 'expired', 'expired', 'expired')
),

payment_edges (source, trigger) as (
    values
    ('none', 'created'),
    ('created', 'authorised'),
    ('created', 'cancelled'),
    ('authorised', 'attempt_created'),
    ('authorised', 'failed_retryable'),
    ('authorised', 'failed_finally'),
    ('authorised', 'cancelled'),
    ('authorised', 'expired'),
    ('attempting', 'sent'),
    ('attempting', 'acknowledged'),
    ('attempting', 'settled'),
    ('attempting', 'failed_retryable'),
    ('attempting', 'failed_finally'),
    ('attempting', 'cancelled'),
    ('attempting', 'expired'),
    ('retryable', 'attempt_created')
),

attempt_edges (source, trigger) as (
    values
    ('none', 'attempt_created'),
    ('created', 'sent'),
    ('created', 'failed_retryable'),
    ('created', 'failed_finally'),
    ('created', 'cancelled'),
    ('created', 'expired'),
    ('sent', 'acknowledged'),
    ('sent', 'failed_retryable'),
    ('sent', 'failed_finally'),
    ('sent', 'cancelled'),
    ('sent', 'expired'),
    ('acknowledged', 'settled'),
    ('acknowledged', 'failed_retryable'),
    ('acknowledged', 'failed_finally'),
    ('acknowledged', 'expired')
),

numbered as (

    select
        events.payment_id,
        events.sequence_number,
        events.event_id,
        events.attempt_id,
        events.recorded_at,
        triggers.trigger,
        triggers.payment_state,
        triggers.attempt_state,
        row_number() over in_order as place,
        count(*) over (partition by events.payment_id, events.sequence_number) as copies
    from touched
    inner join payments.events
        on touched.payment_id = events.payment_id
    left join triggers
        on
            events.type = triggers.type
            and (events.type <> 'PaymentFailed' or events.payload ->> 'reason' = triggers.reason)
    window in_order as (partition by events.payment_id order by events.sequence_number, events.event_id)

),

followed as (

    select
        *,
        bool_and(sequence_number = place and copies = 1 and trigger is not null) over (
            partition by payment_id order by place
        ) as can_be_followed,
        lag(payment_state, 1, 'none') over (partition by payment_id order by place) as payment_before,
        case
            when attempt_id is not null
                then lag(attempt_state, 1, 'none') over (partition by payment_id, attempt_id order by place)
        end as attempt_before
    from numbered

),

judged as (

    select
        followed.*,
        payment_edges.source is not null as payment_allows,
        attempt_edges.source is not null as attempt_allows,
        (followed.trigger = 'attempt_created' or followed.payment_before = 'attempting') as names_an_attempt
    from followed
    left join payment_edges
        on
            followed.payment_before = payment_edges.source
            and followed.trigger = payment_edges.trigger
    left join attempt_edges
        on
            followed.attempt_before = attempt_edges.source
            and followed.trigger = attempt_edges.trigger
    where followed.can_be_followed

)

select
    payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    recorded_at as occurred_at,
    concat(
        'event ', sequence_number, ' (', trigger, ') found the payment in ', payment_before,
        case when attempt_id is not null then concat(' and attempt ', attempt_id, ' in ', attempt_before) end
    ) as what
from judged
where
    payment_before not in ('settled', 'failed', 'expired')
    and coalesce(attempt_before, 'none') not in ('settled', 'failed', 'expired')
    and (
        not payment_allows
        or names_an_attempt <> (attempt_id is not null)
        or (attempt_id is not null and not attempt_allows)
    )
order by payment_id, sequence_number, event_id
