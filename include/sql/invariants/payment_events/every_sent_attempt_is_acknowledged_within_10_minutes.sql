-- Attempts that were sent to the rail more than ten minutes ago and have no other event since.
--
-- Grain:    one row per such attempt; no row means the invariant holds. At ten minutes exactly it still
--           holds.
-- Binds:    as_of (timestamptz) - the moment at which it is judged; what was recorded before it.
-- Reads:    payments.events, payments.attempts, payments.intents.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to the rail's support
-- Do:       Never send it again on our own state alone: ask the rail first, by the external reference.
-- Asked by: runbooks 001 and 002, scenario 1
select
    sent.payment_id as object,
    intents.currency,
    intents.amount_minor,
    sent.occurred_at,
    concat(
        'attempt ', sent.attempt_id, ' (', coalesce(attempts.external_reference, 'no reference'),
        ') was sent ', floor(extract(epoch from %(as_of)s::timestamptz - sent.occurred_at))::bigint,
        ' s ago and has no answer'
    ) as what
from payments.events as sent
left join payments.attempts
    on sent.attempt_id = attempts.attempt_id
left join payments.intents
    on sent.payment_id = intents.payment_id
where
    sent.type = 'PaymentSentToRail'
    and sent.recorded_at < %(as_of)s
    and sent.occurred_at < %(as_of)s::timestamptz - interval '10 minutes'
    and not exists (
        select
        from payments.events as later
        where
            sent.payment_id = later.payment_id
            and sent.attempt_id = later.attempt_id
            and sent.sequence_number < later.sequence_number
            and later.recorded_at < %(as_of)s
    )
order by sent.payment_id, sent.attempt_id, sent.event_id
