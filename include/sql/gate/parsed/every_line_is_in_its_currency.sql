-- Lines in another currency than their statement's account.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   none.
select
    raw.row_number,
    'currency' as column_name,
    'lines in ' || statements.currency as expected,
    raw.net_currency as found
from work_raw_rows as raw
inner join work_parsed_statements as statements
    on raw.page_number = statements.page_number
where raw.net_currency <> statements.currency
order by raw.place
limit 10
