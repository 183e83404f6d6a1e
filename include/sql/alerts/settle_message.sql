-- Has the message arrived? Then it is never sent again.
--
-- Grain:   no rows; changes one row.
-- Binds:   message_id (bigint).
update internal.outbox
set
    delivered_at = clock_timestamp(),
    last_error = null
where message_id = %(message_id)s
