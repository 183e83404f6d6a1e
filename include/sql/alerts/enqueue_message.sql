-- What must leave the warehouse after this transaction? Once per key, however often it is asked for.
--
-- Grain:   one row with the new message, or none when the key was there.
-- Binds:   kind, dedupe_key (text), payload (jsonb).
insert into internal.outbox (kind, dedupe_key, payload)
values (%(kind)s, %(dedupe_key)s, %(payload)s)
on conflict (dedupe_key) do nothing
returning message_id
