-- Drops the legs' parts of an attempt's workspace, which stand on the rest of it.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint).
select internal.drop_legs(%(attempt_id)s)
