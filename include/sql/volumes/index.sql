-- Gives an adopted table the indexes of its bulk table.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), table (text).
select internal.index_volume(%(attempt_id)s, %(table)s);
