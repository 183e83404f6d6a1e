-- Which messages have not left the warehouse yet?
--
-- Grain:   one row per message that waits for longer than asked, the oldest first.
-- Binds:   older_than_seconds (integer).
select
    message_id,
    kind,
    tries,
    last_error,
    created_at,
    extract(epoch from clock_timestamp() - created_at)::bigint as waiting_seconds
from internal.outbox
where
    delivered_at is null
    and superseded_at is null
    and created_at <= clock_timestamp() - make_interval(secs => %(older_than_seconds)s)
order by message_id
