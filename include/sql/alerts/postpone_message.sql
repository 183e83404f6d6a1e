-- When is a message that could not be delivered tried again?
--
-- Grain:   no rows; changes one row, unless somebody else has delivered it.
-- Binds:   message_id (bigint), error (text), wait_seconds (integer).
update internal.outbox
set
    last_error = %(error)s,
    next_try_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s)
where message_id = %(message_id)s and delivered_at is null
