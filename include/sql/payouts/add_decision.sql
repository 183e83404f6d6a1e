-- Writes down what is decided after an answer, before it is done.
--
-- Grain:   one row with the number of the decision.
-- Binds:   answer_id (bigint), action, reason (text), needs_human (boolean).
insert into internal.payout_decisions (
    answer_id, provider_payout_id, idempotency_key, outbox_task_id, send_claimed_at,
    action, reason, needs_human
)
select
    answer_id,
    provider_payout_id,
    idempotency_key,
    outbox_task_id,
    send_claimed_at,
    %(action)s,
    %(reason)s,
    %(needs_human)s
from internal.payout_answers
where answer_id = %(answer_id)s
returning decision_id
