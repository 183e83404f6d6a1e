-- Currencies that ISO 4217 does not have.
--
-- Grain:   one row per currency, at its first line; no row means the promise holds.
-- Binds:   none.
select
    min(raw.row_number) as row_number,
    'currency' as column_name,
    'an ISO 4217 code' as expected,
    coalesce(raw.currency, 'nothing') as found
from work_raw_rows as raw
left join internal.currencies as currencies
    on raw.currency = currencies.code
where currencies.code is null
group by raw.currency
order by row_number
