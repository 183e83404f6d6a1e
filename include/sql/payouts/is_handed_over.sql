-- Has this send needed a person before?
--
-- Grain:   one row.
-- Binds:   idempotency_key (text), outbox_task_id (bigint), send_claimed_at (timestamptz).
select exists (
    select
    from internal.payout_decisions
    where
        idempotency_key = %(idempotency_key)s
        and outbox_task_id = %(outbox_task_id)s
        and send_claimed_at = %(send_claimed_at)s
        and needs_human
) as is_handed_over
