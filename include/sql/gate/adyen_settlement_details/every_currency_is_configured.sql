-- Currencies with amounts for which the PSP's entry has no limits.
--
-- Grain:   one row per column and currency, at its first row; no row means the promise holds.
-- Binds:   currencies (text[]): those with limits.
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
    where gross_lines > 0

)

select
    min(first_row) as row_number,
    column_name,
    'one of ' || array_to_string(%(currencies)s::text[], ', ') as expected,
    currency as found
from written
where currency <> all(%(currencies)s::text[])
group by column_name, currency
order by row_number, column_name
