-- Which messages are next? Claims them: for the time of the lease nobody else will send them.
--
-- Grain:   one row per message, none when nothing of the kind is due.
-- Binds:   kind (text), lease_seconds, messages_max (integer).
with

due as materialized (

    select message_id
    from internal.outbox
    where
        kind = %(kind)s
        and delivered_at is null
        and superseded_at is null
        and next_try_at <= clock_timestamp()
    order by message_id
    limit %(messages_max)s
    for update skip locked

)

update internal.outbox
set
    tries = outbox.tries + 1,
    next_try_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
from due
where outbox.message_id = due.message_id
returning outbox.message_id, outbox.payload, outbox.tries
