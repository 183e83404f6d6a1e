-- Statements in pages of which one is missing, comes twice, or does not open as the one before it closed.
--
-- Grain:   one row per page that breaks the order; no row means the promise holds. A statement that says
--          of no page that it is the last one misses its end.
-- Binds:   none.
with

numbered as (

    select
        statements.*,
        row_number() over (partition by own_key order by page_number) as place,
        lag(closing_minor) over (partition by own_key order by page_number) as before_minor,
        bool_or(is_last_page) over (partition by own_key) as has_last_page,
        page_number = max(page_number) over (partition by own_key) as is_last_here
    from work_parsed_statements as statements
    where
        page is not null
        or not is_last_page

)

select
    row_number,
    'page' as column_name,
    case
        when page <> place then 'page ' || place || ' of ' || own_key
        when before_minor <> opening_minor then 'the opening of page ' || page || ' to be the closing of the one before it'
        else 'the last page of ' || own_key
    end as expected,
    case
        when page <> place then 'page ' || page
        when before_minor <> opening_minor then 'a difference of ' || internal.money_text(opening_minor - before_minor, currency)
        else 'none'
    end as found
from numbered
where
    page <> place
    or before_minor <> opening_minor
    or (is_last_here and not is_last_page)
order by page_number
