-- Which statements do the pages make up?
--
-- Grain:   one row per page, in work_parsed_statements, with the statement that it belongs to: pages that
--          have a number and one key are one statement; a key that comes again without one is another.
-- Binds:   account (text): NULL without a configuration, when the key names the account as well.
create unlogged table work_parsed_statements as
select
    pages.*,
    case when %(account)s::text is null and pages.account <> '' then pages.account || ' ' else '' end
    || pages.statement_key
    || case when repeats.number > 1 then ' (' || repeats.number || ')' else '' end as own_key
from work_parsed_pages as pages
inner join (
    select
        page_number,
        case
            when page is null
                then row_number() over (partition by account, statement_key, page is null order by page_number)
            else 1
        end as number
    from work_parsed_pages
) as repeats
    on pages.page_number = repeats.page_number
