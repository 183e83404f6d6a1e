-- Currencies for which the PSP's entry has no limits.
--
-- Grain:   one row per currency, at its first line; no row means the promise holds.
-- Binds:   currencies (text[]): those with limits.
select
    min(row_number) as row_number,
    'currency' as column_name,
    'one of ' || array_to_string(%(currencies)s::text[], ', ') as expected,
    currency as found
from work_raw_rows
where currency <> all(%(currencies)s::text[])
group by currency
order by row_number
