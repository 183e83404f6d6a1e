-- Currencies that ISO 4217 does not have, or that are missing beside an amount.
--
-- Grain:   one row per column and currency, at its first row; no row means the promise holds. A row of
--          balances or sums may have none: then it proves nothing.
-- Binds:   has_gross_currency (boolean). Reads work_types.
with

written as (

    select
        control.first_row,
        'net_currency' as column_name,
        control.net_currency as currency
    from work_control as control
    inner join work_types as types
        on control.type_word = types.type_word
    where
        types.is_line
        or control.net_currency is not null
    union all
    select
        first_row,
        'gross_currency' as column_name,
        gross_currency as currency
    from work_control
    where
        %(has_gross_currency)s::boolean
        and (gross_currency is not null or gross_lines > 0)

)

select
    min(written.first_row) as row_number,
    written.column_name,
    'an ISO 4217 code' as expected,
    coalesce(written.currency, 'nothing') as found
from written
left join work_units
    on written.currency = work_units.written
where work_units.code is null
group by written.column_name, written.currency
order by row_number, written.column_name
