-- Have the messages arrived? Then they are never sent again.
--
-- Grain:   no rows; changes one row per message.
-- Binds:   message_ids (bigint[]).
update internal.outbox
set
    delivered_at = clock_timestamp(),
    last_error = null
where message_id = any(%(message_ids)s)
