-- Lines without a net, or without a gross where the format has no net.
--
-- Grain:   the first such line; no row means the promise holds.
--          Rows of balances and sums may have none.
-- Binds:   has_net (boolean).
select
    min(control.first_row_without_amount) as row_number,
    case when %(has_net)s::boolean then 'net' else 'gross' end as column_name,
    'an amount, 0.00 where it is none' as expected,
    'nothing' as found
from work_control as control
inner join work_types as types
    on
        control.type_word = types.type_word
        and types.is_line
where control.first_row_without_amount is not null
having count(*) > 0
