-- Which statements of the file are copies of one that stands before them in it?
--
-- Grain:   one row per copy, in the order of the file; its page, figures and lines are deleted.
-- Binds:   divides_days (boolean): what has no line is no copy, for banks mask the numbers of accounts.
--          A copy says the same of its account, period and balances, and has the same lines.
-- Reason:  only what has a key that comes again is read, which in nearly every file is nothing.
with

named_again as (

    select *
    from (
        select
            pages.*,
            count(*) over (partition by account, statement_key) as copies
        from work_parsed_pages as pages
        where page is null
    ) as counted
    where copies > 1

),

lines as (

    select
        raw.page_number,
        count(*) as lines,
        sum(hashtextextended((to_jsonb(raw) - '{place,page_number,row_number}'::text[])::text, 0)) as fingerprint
    from work_raw_rows as raw
    where raw.page_number in (select named_again.page_number from named_again)
    group by raw.page_number

),

figures as (

    select
        page_number,
        sum(hashtextextended(concat_ws('|', what, currency, amount), 0)) as fingerprint
    from work_parsed_figures
    where page_number in (select named_again.page_number from named_again)
    group by page_number

),

copied as (

    select
        named_again.page_number,
        named_again.account,
        named_again.statement_key,
        row_number() over (
            partition by
                named_again.account, named_again.statement_key, named_again.currency, named_again.sequence_number,
                named_again.opening_minor, named_again.closing_minor, named_again.covers_from, named_again.covers_to,
                named_again.version_stamp, lines.lines, lines.fingerprint, figures.fingerprint
            order by named_again.page_number
        ) as number
    from named_again
    left join lines
        on named_again.page_number = lines.page_number
    left join figures
        on named_again.page_number = figures.page_number
    where lines.lines is not null or not %(divides_days)s

),

dropped_pages as (

    delete from work_parsed_pages
    where page_number in (select copied.page_number from copied where copied.number > 1)

),

dropped_figures as (

    delete from work_parsed_figures
    where page_number in (select copied.page_number from copied where copied.number > 1)

),

dropped_lines as (

    delete from work_raw_rows
    where page_number in (select copied.page_number from copied where copied.number > 1)

)

select
    account,
    statement_key
from copied
where number > 1
order by page_number
