-- Which statements have lines in force that do not sum to zero, payouts included?
--
-- Grain:   one row per statement and net currency.
-- Binds:   none; {batch} is what Great Expectations puts there: the statements under test.
with

statements as (

    select * from {batch}

)

select
    statements.statement_file,
    statements.statement_key,
    lines.net_currency,
    sum(lines.net_minor) as residual_minor
from statements
-- By scope: a line that an amendment left as it was still names the statement that brought it.
inner join internal.statement_lines as lines
    on
        statements.account_id = lines.account_id
        and statements.statement_key = lines.line_scope
        and lines.last_run_number is null
group by statements.statement_file, statements.statement_key, lines.net_currency
having sum(lines.net_minor) <> 0
