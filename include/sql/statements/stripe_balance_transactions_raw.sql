-- The balance transactions on the pages, one by one, still as the provider writes them.
--
-- Grain:   one row per line on a page, in work_raw_rows, numbered in the order of reading.
-- Binds:   none.
create unlogged table work_raw_rows as
select
    row_number() over (order by pages.page_number, lines.place)::integer as row_number,
    pages.page_number,
    lines.line ->> 'id' as id,
    lines.line ->> 'type' as type,
    lines.line ->> 'reporting_category' as reporting_category,
    lines.line ->> 'amount' as amount,
    lines.line ->> 'fee' as fee,
    lines.line ->> 'net' as net,
    upper(lines.line ->> 'currency') as currency,
    lines.line ->> 'created' as created,
    lines.line ->> 'available_on' as available_on,
    jsonb_typeof(lines.line -> 'exchange_rate') = 'number' as is_converted,
    case jsonb_typeof(lines.line -> 'source')
        when 'object' then lines.line #>> '{source,id}'
        when 'string' then lines.line ->> 'source'
    end as source_id,
    case when jsonb_typeof(lines.line -> 'source') = 'object' then lines.line -> 'source' end as source,
    case when jsonb_typeof(lines.line -> 'fee_details') = 'array' then lines.line -> 'fee_details' end as fee_details,
    array(
        select numbers.name
        from unnest(array['amount', 'fee', 'net', 'created', 'available_on']) as numbers (name)
        where
            jsonb_typeof(lines.line -> numbers.name) is distinct from 'number'
            or lines.line ->> numbers.name !~ '^-?[0-9]{1,15}$'
    ) as bad_numbers
from work_pages as pages
cross join lateral jsonb_array_elements(pages.body -> 'data') with ordinality as lines (line, place)
