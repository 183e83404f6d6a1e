-- Rows without a type.
--
-- Grain:   the first such row; no row means the promise holds.
-- Binds:   none.
select
    min(first_row) as row_number,
    'Type' as column_name,
    'a type word' as expected,
    'nothing' as found
from work_control
where type_word is null
having count(*) > 0
