-- Attempts that were sent to the rail more than ten minutes ago and have no other event since.
--
-- Grain:   one row per such attempt; no row means the invariant holds. At ten minutes exactly it still
--          holds.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of sending; as_of
--          (timestamptz) - the moment at which it is judged.
select
    sent.payment_id,
    sent.attempt_id,
    attempts.external_reference,
    sent.occurred_at as sent_at,
    floor(extract(epoch from %(as_of)s::timestamptz - sent.occurred_at))::bigint as age_seconds
from payments.events as sent
left join payments.attempts
    on sent.attempt_id = attempts.attempt_id
where
    sent.type = 'PaymentSentToRail'
    and sent.occurred_at >= %(window_start)s
    and sent.occurred_at < %(window_end)s
    and sent.occurred_at < %(as_of)s::timestamptz - interval '10 minutes'
    and not exists (
        select
        from payments.events as later
        where
            sent.payment_id = later.payment_id
            and sent.attempt_id = later.attempt_id
            and sent.sequence_number < later.sequence_number
    )
order by sent.payment_id, sent.attempt_id, sent.event_id
