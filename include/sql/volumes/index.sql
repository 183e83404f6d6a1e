-- Gives an adopted table the unique indexes of its bulk table, or the others.
--
-- Grain:   one row without meaning.
-- Binds:   attempt_id (bigint), table and bulk_table (text), unique_ones (boolean).
select internal.index_volume(%(attempt_id)s, %(table)s, %(bulk_table)s, %(unique_ones)s);
