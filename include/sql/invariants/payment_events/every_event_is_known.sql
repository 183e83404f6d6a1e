-- Events of a type, or failures with a reason, that nobody has declared: no state can be told from them.
--
-- Grain:   one row per such event; no row means the invariant holds.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:   payments.events.
-- Severity: high.
-- Scope:   recent.
-- Allowed: 0 rows.
-- Alert:   one per object.
-- Escalate: after 15 minutes to engineering.
-- Do:      Declare the type or the reason in include/reconciliation/payment_states.py with its edges, or
--          have the writer mended. Until then no state of the payment is proved.
-- Asked by: runbook 002, failure reasons.
select
    payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    recorded_at as occurred_at,
    concat(
        'event ', sequence_number, ' (', event_id, ') is of the unknown type ', type,
        case when type = 'PaymentFailed' then concat(' with the reason ', coalesce(payload ->> 'reason', 'none')) end
    ) as what
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
