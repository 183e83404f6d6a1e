-- Balance transactions that came twice in one read.
--
-- Grain:   one row per id, at its second occurrence; no row means the promise holds.
-- Binds:   none.
with

numbered as (

    select
        row_number,
        id,
        page_number,
        row_number() over (partition by id order by row_number) as occurrence,
        first_value(page_number) over (partition by id order by row_number) as first_page
    from work_raw_rows

)

select
    row_number,
    'id' as column_name,
    'each id once' as expected,
    id || ' on page ' || first_page || ' and on page ' || page_number as found
from numbered
where occurrence = 2
order by row_number
limit 10
