-- Which statements have an opening balance and lines in force that do not come to the closing balance?
--
-- Grain:   one row per statement and currency that states both balances.
-- Binds:   none; {batch} is what Great Expectations puts there: the statements under test.
with

statements as (

    select * from {batch}

),

balances as (

    select
        totals.statement_id,
        totals.currency,
        max(totals.control_minor) filter (where totals.measure = 'opening') as opening_minor,
        max(totals.control_minor) filter (where totals.measure = 'closing') as closing_minor
    from internal.statement_control_totals as totals
    inner join statements on totals.statement_id = statements.statement_id
    group by totals.statement_id, totals.currency

),

-- By scope: a line that an amendment left as it was still names the statement that brought it.
lines as (

    select
        statements.statement_id,
        coalesce(statement_lines.net_currency, statement_lines.gross_currency) as currency,
        sum(coalesce(statement_lines.net_minor, statement_lines.gross_minor)) as net_minor
    from statements
    inner join internal.statement_lines
        on
            statements.account_id = statement_lines.account_id
            and statements.statement_key = statement_lines.line_scope
            and statement_lines.last_run_number is null
    group by statements.statement_id, coalesce(statement_lines.net_currency, statement_lines.gross_currency)

)

select
    statements.statement_file,
    statements.statement_key,
    balances.currency,
    balances.opening_minor,
    coalesce(lines.net_minor, 0) as lines_minor,
    balances.closing_minor
from balances
inner join statements on balances.statement_id = statements.statement_id
left join lines
    on
        balances.statement_id = lines.statement_id
        and balances.currency = lines.currency
where balances.opening_minor + coalesce(lines.net_minor, 0) <> balances.closing_minor
