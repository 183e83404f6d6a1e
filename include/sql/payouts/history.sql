-- What has been said about a key, oldest first, and which of it about the send of today?
--
-- Grain:   one row per answer.
-- Binds:   idempotency_key (text), outbox_task_id (bigint), send_claimed_at (timestamptz).
select
    answer,
    asked_at,
    answered_at,
    (outbox_task_id, send_claimed_at) = (%(outbox_task_id)s, %(send_claimed_at)s) as is_of_this_send
from internal.payout_answers
where idempotency_key = %(idempotency_key)s
order by answer_id
