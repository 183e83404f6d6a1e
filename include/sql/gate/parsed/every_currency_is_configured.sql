-- Currencies for which the PSP's entry has no limits.
--
-- Grain:   one row per currency, at its first row; no row means the promise holds.
-- Binds:   currencies (text[]): those with limits; all_currencies (boolean): without a configuration.
select
    min(written.row_number) as row_number,
    'currency' as column_name,
    'one of ' || array_to_string(%(currencies)s::text[], ', ') as expected,
    written.currency as found
from (
    select row_number, gross_currency as currency from work_raw_rows
    union all
    select row_number, net_currency as currency from work_raw_rows
) as written
where
    written.currency <> all(%(currencies)s::text[])
    and not %(all_currencies)s::boolean
group by written.currency
order by row_number
