-- Currencies that ISO 4217 does not have, or that are missing beside an amount.
--
-- Grain:   one row per column and currency, at its first row; no row means the promise holds.
-- Binds:   none.
with

written as (

    select
        first_row,
        'Net Currency' as column_name,
        net_currency as currency
    from work_control
    union all
    select
        first_row,
        'Gross Currency' as column_name,
        gross_currency as currency
    from work_control
    where
        gross_currency is not null
        or gross_lines > 0

)

select
    min(written.first_row) as row_number,
    written.column_name,
    'an ISO 4217 code' as expected,
    coalesce(written.currency, 'nothing') as found
from written
left join internal.currencies as currencies
    on written.currency = currencies.code
where currencies.code is null
group by written.column_name, written.currency
order by row_number, written.column_name
