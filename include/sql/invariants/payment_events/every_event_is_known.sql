-- Events of a type, or failures with a reason, that nobody has declared: no state can be told from them.
--
-- Grain:   one row per such event; no row means the invariant holds.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of recording.
select
    payment_id,
    sequence_number,
    event_id,
    type,
    payload ->> 'reason' as reason,
    recorded_at
from payments.events
where
    recorded_at >= %(window_start)s
    and recorded_at < %(window_end)s
    and (
        type not in (
            'PaymentIntentCreated',
            'PaymentAuthorised',
            'PaymentAttemptCreated',
            'PaymentSentToRail',
            'PaymentAcknowledged',
            'PaymentSettled',
            'PaymentFailed',
            'PaymentExpired'
        )
        or (
            type = 'PaymentFailed'
            and coalesce(payload ->> 'reason', '') not in (
                'RAIL', 'TIMEOUT', 'INSUFFICIENT_FUNDS', 'INVALID_ACCOUNT', 'FRAUD', 'EXPIRED', 'CANCELLED'
            )
        )
    )
order by payment_id, sequence_number, event_id
