-- Lines without the provider's id, where the file has a column of them.
--
-- Grain:   the first such line; no row means the promise holds.
--          Rows of balances and sums may have none.
-- Binds:   none.
select
    min(control.first_row_without_id) as row_number,
    'line_id' as column_name,
    'the id of the line' as expected,
    'nothing' as found
from work_control as control
inner join work_types as types
    on
        control.type_word = types.type_word
        and types.is_line
where control.first_row_without_id is not null
having count(*) > 0
