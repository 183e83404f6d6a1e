-- Which statements have lines in force that do not sum to what the raw rows came to?
--
-- Grain:   one row per statement, currency and measure where they do not.
-- Binds:   none; {batch} is what Great Expectations puts there: the statements under test.
with

statements as (

    select * from {batch}

),

-- By scope: a line that an amendment left as it was still names the statement that brought it.
lines as (

    select
        statements.statement_id,
        measures.measure,
        measures.currency,
        sum(measures.amount_minor) as total_minor
    from statements
    inner join internal.statement_lines
        on
            statements.account_id = statement_lines.account_id
            and statements.statement_key = statement_lines.line_scope
            and statement_lines.last_run_number is null
    cross join lateral (
        values
        ('gross', statement_lines.gross_currency, statement_lines.gross_minor),
        ('net', statement_lines.net_currency, statement_lines.net_minor)
    ) as measures (measure, currency, amount_minor)
    where measures.amount_minor is not null
    group by statements.statement_id, measures.measure, measures.currency

)

select
    statements.statement_file,
    statements.statement_key,
    totals.measure,
    totals.currency,
    totals.control_minor,
    coalesce(lines.total_minor, 0) as lines_minor
from internal.statement_control_totals as totals
inner join statements on totals.statement_id = statements.statement_id
left join lines
    on
        totals.statement_id = lines.statement_id
        and totals.measure = lines.measure
        and totals.currency = lines.currency
where
    totals.measure in ('gross', 'net')
    and totals.control_minor <> coalesce(lines.total_minor, 0)
