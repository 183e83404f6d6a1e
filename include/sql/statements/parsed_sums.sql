-- What do the lines of each statement add up to, beside its balances?
--
-- Grain:   one row per statement and currency, in work_parsed_sums.
-- Binds:   none.
create unlogged table work_parsed_sums as
with

balances as (

    -- Of a statement in pages the first one opens and the last one closes.
    select
        own_key,
        currency,
        (array_agg(opening_minor order by page_number) filter (where opening_minor is not null))[1] as opening_minor,
        (array_agg(closing_minor order by page_number desc) filter (where closing_minor is not null))[1]
            as closing_minor
    from work_parsed_statements
    group by own_key, currency
    union all
    select
        statements.own_key,
        figures.currency,
        max(figures.amount) filter (where figures.what = 'opening') as opening_minor,
        max(figures.amount) filter (where figures.what = 'closing') as closing_minor
    from work_parsed_figures as figures
    inner join work_parsed_statements as statements
        on figures.page_number = statements.page_number
    where figures.what in ('opening', 'closing')
    group by statements.own_key, figures.currency

),

lines as (

    select
        statements.own_key,
        coalesce(raw.net_currency, raw.gross_currency) as currency,
        count(*) as lines,
        sum(coalesce(raw.net_minor, raw.gross_minor)) as net_minor
    from work_raw_rows as raw
    inner join work_parsed_statements as statements
        on raw.page_number = statements.page_number
    group by statements.own_key, coalesce(raw.net_currency, raw.gross_currency)

)

select
    coalesce(balances.own_key, lines.own_key) as own_key,
    coalesce(balances.currency, lines.currency) as currency,
    max(balances.opening_minor) as opening_minor,
    max(balances.closing_minor) as closing_minor,
    coalesce(max(lines.lines), 0) as lines,
    coalesce(max(lines.net_minor), 0) as net_minor
from balances
full join lines
    on
        balances.own_key = lines.own_key
        and balances.currency = lines.currency
group by coalesce(balances.own_key, lines.own_key), coalesce(balances.currency, lines.currency)
