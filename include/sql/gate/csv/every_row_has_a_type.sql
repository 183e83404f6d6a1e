-- Rows without a type.
--
-- Grain:   the first such row; no row means the promise holds.
-- Binds:   has_type (boolean).
select
    min(first_row) as row_number,
    'type' as column_name,
    'a type word' as expected,
    'nothing' as found
from work_control
where
    type_word !~ '\S'
    and %(has_type)s::boolean
having count(*) > 0
