-- Statements whose name stands in the file before, with other content, and that do not go on from there.
--
-- Grain:   one row per such statement; no row means the promise holds. Copies are gone by now. Of two in one
--          currency and with one number, the later one may open as the earlier one closed; without balances
--          nothing contradicts.
-- Binds:   none.
select
    row_number,
    'statement ' || statement_key as column_name,
    'a copy of the one before, or an opening of ' || internal.money_text(before_minor, currency) as expected,
    'an opening of ' || internal.money_text(opening_minor, currency) as found
from (
    select
        pages.*,
        lag(closing_minor) over (
            partition by account, statement_key, currency, sequence_number
            order by page_number
        ) as before_minor
    from work_parsed_pages as pages
    where page is null
) as named
where opening_minor <> before_minor
order by page_number
