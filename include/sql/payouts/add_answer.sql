-- Writes down what a provider said about a payout.
--
-- Grain:   one row with the number of the answer and the moment at which it was there.
-- Binds:   operation, provider, provider_payout_id, idempotency_key (text), outbox_task_id (bigint),
--          send_claimed_at (timestamptz), answer, provider_reference, amount_minor, currency, detail,
--          asked_at (timestamptz).
insert into internal.payout_answers (
    operation, provider, provider_payout_id, idempotency_key, outbox_task_id, send_claimed_at,
    answer, provider_reference, amount_minor, currency, detail, asked_at
)
values (
    %(operation)s, %(provider)s, %(provider_payout_id)s, %(idempotency_key)s, %(outbox_task_id)s,
    %(send_claimed_at)s, %(answer)s, %(provider_reference)s, %(amount_minor)s, %(currency)s,
    %(detail)s, %(asked_at)s
)
returning answer_id, answered_at
