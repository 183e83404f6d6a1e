-- Gives an adopted table the indexes of its bulk table.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), table (text), is_by_item (boolean): only the one by item_id.
select internal.index_volume(%(attempt_id)s, %(table)s, %(is_by_item)s);
