-- Makes a staged table into what can become a volume.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), table (text).
select internal.adopt_volume(%(attempt_id)s, %(table)s);
