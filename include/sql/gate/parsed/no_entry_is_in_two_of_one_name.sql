-- Entries that stand, by the bank's own reference, in two statements of one name without balances.
--
-- Grain:   one row per entry that comes again, the first ten; no row means the promise holds. Copies of whole
--          statements are gone by now.
-- Binds:   none.
-- Reason:  a bank may give one id to several notifications, each with its own entries. One entry in two of them
--          would count twice, and without balances nothing else tells.
with

named_again as (

    select *
    from (
        select
            pages.*,
            count(*) over (partition by account, statement_key, currency, sequence_number) as named
        from work_parsed_pages as pages
        where
            page is null
            and coalesce(opening_minor, closing_minor) is null
    ) as counted
    where named > 1

),

entries as (

    select
        raw.place,
        raw.row_number,
        raw.page_number,
        raw.psp_reference,
        pages.statement_key,
        min(raw.page_number) over (
            partition by
                pages.account, pages.statement_key, pages.currency, pages.sequence_number, raw.psp_reference
        ) as first_page_number
    from work_raw_rows as raw
    inner join named_again as pages
        on raw.page_number = pages.page_number
    where raw.further_references @> jsonb_build_array(jsonb_build_array('account_servicer', raw.psp_reference))

)

select
    row_number,
    'statement ' || statement_key as column_name,
    'a copy of the one before, or other entries' as expected,
    'the entry ' || quote_literal(psp_reference) || ' again' as found
from entries
where page_number > first_page_number
order by place
limit 10
