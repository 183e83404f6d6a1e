-- Statements whose name stands in the file before, with other content, and that do not go on from there.
--
-- Grain:   one row per such statement; no row means the promise holds. Copies are gone by now. Of two in one
--          currency and with one number, the later one may open as the earlier one closed; not where both say
--          that nothing changed on the same days. Without balances nothing contradicts.
-- Binds:   none.
select
    row_number,
    'statement ' || statement_key as column_name,
    'a copy of the one before, or an opening of ' || internal.money_text(before_minor, currency)
    || case when is_of_same_days then ' on other days' else '' end as expected,
    'an opening of ' || internal.money_text(opening_minor, currency)
    || case when is_of_same_days then ' and other lines' else '' end as found
from (
    select
        pages.*,
        lag(closing_minor) over by_name as before_minor,
        opening_minor = closing_minor
        and (opening_minor, closing_minor, covers_from, covers_to) is not distinct from (
            lag(opening_minor) over by_name, lag(closing_minor) over by_name,
            lag(covers_from) over by_name, lag(covers_to) over by_name
        ) as is_of_same_days
    from work_parsed_pages as pages
    where page is null
    window by_name as (
        partition by account, statement_key, currency, sequence_number
        order by page_number
    )
) as named
where opening_minor <> before_minor or is_of_same_days
order by page_number
