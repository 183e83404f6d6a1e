-- Writes down what a provider said before an operator's action.
--
-- Grain:   one row with the moment at which the answer was there.
-- Binds:   action, object_kind, object_id, provider, idempotency_key, send, answer, detail (text),
--          asked_at (timestamptz).
insert into internal.operator_questions (
    action, object_kind, object_id, provider, idempotency_key, send, answer, detail, asked_at
)
values (
    %(action)s, %(object_kind)s, %(object_id)s, %(provider)s, %(idempotency_key)s, %(send)s,
    %(answer)s, %(detail)s, %(asked_at)s
)
returning answered_at
