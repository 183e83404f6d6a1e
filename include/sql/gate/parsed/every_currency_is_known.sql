-- Currencies that ISO 4217 does not have.
--
-- Grain:   one row per currency, at its first row; no row means the promise holds.
-- Binds:   none.
select
    min(written.row_number) as row_number,
    'currency' as column_name,
    'an ISO 4217 code' as expected,
    written.currency as found
from (
    select row_number, currency from work_parsed_statements
    union all
    select row_number, gross_currency from work_raw_rows
    union all
    select row_number, net_currency from work_raw_rows
) as written
left join internal.currencies
    on written.currency = currencies.code
where
    currencies.code is null
    and written.currency is not null
group by written.currency
order by row_number
