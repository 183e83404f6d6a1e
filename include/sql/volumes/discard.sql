-- Drops a staged table of the attempt, whoever owns it by now.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), table (text).
select internal.discard_volume(%(attempt_id)s, %(table)s);
