-- Currencies with amounts for which the PSP's entry has no limits.
--
-- Grain:   one row per column and currency, at its first row; no row means the promise holds.
-- Binds:   currencies (text[]): those with limits; all_currencies (boolean): without a configuration.
with

written as (

    select
        first_row,
        'net_currency' as column_name,
        net_currency as currency
    from work_control
    union all
    select
        first_row,
        'gross_currency' as column_name,
        gross_currency as currency
    from work_control
    where gross_lines > 0

)

select
    min(written.first_row) as row_number,
    written.column_name,
    'one of ' || array_to_string(%(currencies)s::text[], ', ') as expected,
    work_units.code as found
from written
inner join work_units
    on written.currency = work_units.written
where
    work_units.code <> all(%(currencies)s::text[])
    and not %(all_currencies)s::boolean
group by written.column_name, work_units.code
order by row_number, written.column_name
