-- What happened in the hours, and in the five minutes, of the clock that ended in the last day?
--
-- Grain:   one row per event; hour and five_minutes are when they began, null where they are not over or ended
--          more than a day ago. Each of them is there as a whole.
-- Binds:   as_of (timestamptz) - the day before it.
select
    payment_id,
    attempt_id,
    type,
    payload ->> 'reason' as reason,
    sequence_number,
    event_id,
    type in ('PaymentSettled', 'PaymentFailed', 'PaymentExpired') as is_an_end,
    case
        when
            hour_end > %(as_of)s::timestamptz - interval '1 day' and hour_end <= %(as_of)s
            then hour_end - interval '1 hour'
    end as hour,
    case
        when
            five_minutes_end > %(as_of)s::timestamptz - interval '1 day' and five_minutes_end <= %(as_of)s
            then five_minutes_end - interval '5 minutes'
    end as five_minutes
from payments.events
cross join lateral (
    select
        to_timestamp((floor(extract(epoch from occurred_at) / 3600)::bigint + 1) * 3600) as hour_end,
        to_timestamp((floor(extract(epoch from occurred_at) / 300)::bigint + 1) * 300) as five_minutes_end
) as ends
where
    occurred_at >= %(as_of)s::timestamptz - interval '1 day' - interval '1 hour'
    and occurred_at < %(as_of)s
