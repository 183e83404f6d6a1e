-- When are messages that could not be delivered tried again?
--
-- Grain:   no rows; changes those that nobody else has delivered.
-- Binds:   message_ids (bigint[]), error (text), wait_seconds (integer).
update internal.outbox
set
    last_error = %(error)s,
    next_try_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s)
where message_id = any(%(message_ids)s) and delivered_at is null
