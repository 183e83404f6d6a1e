-- Statements whose opening balance and lines do not come to the closing balance.
--
-- Grain:   one row per statement and currency that states both balances; no row means the promise holds.
-- Binds:   none.
with

balances as (

    select
        control.statement,
        units.code,
        units.exponent,
        max(control.first_row) as last_row,
        sum(coalesce(nullif(control.balance, 0), control.net, control.balance)) filter (where types.type = 'opening') as opening,
        sum(coalesce(nullif(control.balance, 0), control.net, control.balance)) filter (where types.type = 'closing') as closing,
        coalesce(sum(control.net) filter (where types.is_line), 0) as net
    from work_control as control
    inner join work_types as types
        on coalesce(control.type_word, '') = types.type_word
    inner join work_units as units
        on control.net_currency = units.written
    group by control.statement, units.code, units.exponent

)

select
    last_row as row_number,
    'net' as column_name,
    'opening ' || round(opening, exponent) || ' + lines ' || round(net, exponent) || ' = closing '
    || round(closing, exponent) || ' ' || code as expected,
    'a residual of ' || round(opening + net - closing, exponent) || ' ' || code as found
from balances
where opening + net <> closing
order by statement, code
