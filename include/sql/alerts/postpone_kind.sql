-- When is a channel that is down tried again? All its waiting messages keep their order behind it.
--
-- Grain:   no rows; changes the waiting messages of the kind that would be tried earlier.
-- Binds:   kind (text), wait_seconds (integer).
update internal.outbox
set next_try_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s)
where
    kind = %(kind)s
    and delivered_at is null
    and superseded_at is null
    and next_try_at < clock_timestamp() + make_interval(secs => %(wait_seconds)s)
