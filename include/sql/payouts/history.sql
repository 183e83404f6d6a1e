-- What has been said about a key, oldest first, and which of it about the send of today?
--
-- Grain:   one row per answer, whoever asked.
-- Binds:   idempotency_key, send (text): the outbox task and the moment of its claim in microseconds.
select
    answer,
    asked_at,
    answered_at,
    send = %(send)s as is_of_this_send
from internal.provider_answers
where idempotency_key = %(idempotency_key)s
order by answered_at, asked_at
