-- Opening rows whose amount is another than the balance beside it.
--
-- Grain:   one row per statement and currency, at its first row; no row means the promise holds. Where one of
--          the two is 0 the other one counts. A closing row may have the sum of all lines beside its balance.
-- Binds:   none.
select
    min(control.first_row) as row_number,
    'balance' as column_name,
    round(sum(control.net), units.exponent) || ' ' || units.code || ', the amount of the row' as expected,
    round(sum(control.balance), units.exponent) || ' ' || units.code as found
from work_control as control
inner join work_types as types
    on
        control.type_word = types.type_word
        and types.type = 'opening'
inner join work_units as units
    on control.net_currency = units.written
group by control.statement, units.code, units.exponent
having
    sum(control.net) <> 0
    and sum(control.balance) <> 0
    and sum(control.net) <> sum(control.balance)
order by row_number
