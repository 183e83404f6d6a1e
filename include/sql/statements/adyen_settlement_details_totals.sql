-- Control totals of each statement, from the raw rows.
--
-- Grain:   one row per statement, currency and measure, added to internal.statement_control_totals.
-- Binds:   none. Reads work_control and work_statements.
insert into internal.statement_control_totals (statement_id, currency, measure, control_minor, lines)
with

measured as (

    select
        statements.statement_id,
        control.gross_currency as currency,
        'gross' as measure,
        control.gross as amount,
        control.gross_lines as lines
    from work_control as control
    inner join work_statements as statements
        on control.batch_number::bigint = statements.sequence_number
    where control.gross_lines > 0
    union all
    select
        statements.statement_id,
        control.net_currency as currency,
        measures.measure,
        measures.amount,
        control.lines
    from work_control as control
    inner join work_statements as statements
        on control.batch_number::bigint = statements.sequence_number
    cross join lateral (values ('fee', control.costs), ('net', control.net)) as measures (measure, amount)

)

select
    measured.statement_id,
    measured.currency,
    measured.measure,
    (sum(measured.amount) * 10::numeric ^ max(currencies.exponent))::bigint as control_minor,
    sum(measured.lines) as lines
from measured
inner join internal.currencies as currencies
    on measured.currency = currencies.code
group by measured.statement_id, measured.currency, measured.measure
on conflict do nothing
