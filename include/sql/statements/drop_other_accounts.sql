-- Which statements of the file are another account's, where it holds some of this one?
--
-- Grain:   one row per account and statement, in the order of the file; their pages, figures and lines are
--          deleted. A file that holds no statement of the account stays whole: it is refused.
-- Binds:   account (text): NULL without a configuration, when any will do.
with

others as (

    select
        page_number,
        account,
        statement_key
    from work_parsed_pages
    where
        account <> %(account)s::text
        and account <> ''
        and exists (select from work_parsed_pages where account = %(account)s::text)

),

dropped_pages as (

    delete from work_parsed_pages
    where page_number in (select others.page_number from others)

),

dropped_figures as (

    delete from work_parsed_figures
    where page_number in (select others.page_number from others)

),

dropped_lines as (

    delete from work_raw_rows
    where page_number in (select others.page_number from others)
    returning page_number

)

select
    others.account,
    others.statement_key,
    count(dropped_lines.page_number) as lines
from others
left join dropped_lines
    on others.page_number = dropped_lines.page_number
group by others.account, others.statement_key
order by min(others.page_number)
