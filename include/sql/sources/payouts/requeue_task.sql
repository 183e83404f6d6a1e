-- Puts a task back in the queue with the key that it has, if it is still the send that was asked about.
--
-- Grain:   one row: whether it was put back.
-- Binds:   outbox_task_id (bigint), idempotency_key (text), claimed_at (timestamptz).
select public.requeue_outbox_task(
    %(outbox_task_id)s, %(idempotency_key)s, %(claimed_at)s
) as is_requeued
