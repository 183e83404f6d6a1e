-- Makes an empty part of an attempt's workspace: the gateway's extract, or a leg's.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), part (text).
select internal.open_part(%(attempt_id)s, %(part)s)
