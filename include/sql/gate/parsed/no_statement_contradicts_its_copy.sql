-- Statements whose name stands in the file before, with other content, and that do not go on from there.
--
-- Grain:   one row per such statement; no row means the promise holds. Copies are gone by now. Of two in one
--          currency and with one number, the later one may open as the earlier one closed; not where an
--          earlier one has the same days and balances.
-- Binds:   divides_days (boolean): without balances, two of the same days may be parts of them; and another
--          opening may be that of another account, for banks mask the numbers of accounts.
with

named as (

    select
        pages.*,
        lag(closing_minor) over by_name as before_minor,
        row_number() over by_claim > 1
        and case
            when coalesce(opening_minor, closing_minor) is null
                then not %(divides_days)s and covers_from is not null and covers_to is not null
            else true
        end as is_of_same_days,
        row_number() over (
            partition by account, statement_key, currency, sequence_number, opening_minor
            order by page_number
        ) > 1 as opens_as_another,
        -- What has none can't be counted twice.
        exists (select from work_raw_rows as raw where raw.page_number = pages.page_number) as has_lines
    from work_parsed_pages as pages
    where page is null
    window
        by_name as (
            partition by account, statement_key, currency, sequence_number
            order by page_number
        ),
        -- What has no opening says of its days all that happened, wherever that led.
        by_claim as (
            partition by
                account, statement_key, currency, sequence_number, covers_from, covers_to, opening_minor,
                case when opening_minor is not null then closing_minor end
            order by page_number
        )

)

select
    row_number,
    'statement ' || statement_key as column_name,
    'a copy of the one before' || case
        when opening_minor is null then ', or other days'
        else coalesce(', or an opening of ' || internal.money_text(before_minor, currency), '')
    end || case when opening_minor = before_minor then ' on other days' else '' end as expected,
    concat_ws(
        ' and ',
        'an opening of ' || internal.money_text(opening_minor, currency),
        case when coalesce(opening_minor, before_minor) is not distinct from before_minor then 'other lines' end
    ) as found
from named
where
    (opening_minor <> before_minor and (opens_as_another or not %(divides_days)s) or is_of_same_days)
    and (has_lines or not %(divides_days)s)
order by page_number
