-- Control totals of each statement, from the raw rows, with its balances.
--
-- Grain:   one row per statement, currency and measure, added to internal.statement_control_totals.
-- Binds:   has_statement, has_gross, has_gross_currency, has_net, has_costs and has_taxes (boolean).
--          Reads work_control, work_types, work_statement_keys, work_statements, work_sums.
insert into internal.statement_control_totals (statement_id, currency, measure, control_minor, lines)
with

control as (

    select
        work_control.*,
        work_types.type,
        work_types.is_line,
        work_statements.statement_id
    from work_control
    inner join work_types
        on work_control.type_word = work_types.type_word
    inner join work_statement_keys
        on
            coalesce(work_control.statement, '')
            = work_statement_keys.written
    inner join work_statements
        on work_statement_keys.statement_key = work_statements.statement_key

),

measured as (

    select
        control.statement_id,
        case when %(has_gross_currency)s::boolean then control.gross_currency else control.net_currency end as currency,
        'gross' as measure,
        case when %(has_gross)s::boolean then control.gross else control.net + control.costs + control.taxes end as amount,
        case when %(has_gross)s::boolean then control.gross_lines else control.lines end as lines
    from control
    where
        control.is_line
        and (control.gross_lines > 0 or not %(has_gross)s::boolean)
    union all
    select
        control.statement_id,
        control.net_currency as currency,
        measures.measure,
        measures.amount,
        control.lines
    from control
    cross join lateral (
        values
        (%(has_costs)s::boolean, 'fee', control.costs),
        (%(has_taxes)s::boolean, 'tax', control.taxes),
        (
            true,
            'net',
            case when %(has_net)s::boolean then control.net else control.gross - control.costs - control.taxes end
        )
    ) as measures (is_there, measure, amount)
    where
        control.is_line
        and measures.is_there

)

select
    measured.statement_id,
    work_units.code as currency,
    measured.measure,
    sum(coalesce(measured.amount, 0) * work_units.minor_units)::bigint as control_minor,
    sum(measured.lines) as lines
from measured
inner join work_units
    on measured.currency = work_units.written
group by measured.statement_id, work_units.code, measured.measure
union all
-- What opening and closing rows say: balances are no sums of lines.
select
    work_statements.statement_id,
    sums.currency,
    balances.measure,
    balances.amount::bigint as control_minor,
    0 as lines
from work_sums as sums
inner join work_statements
    on sums.statement_key = work_statements.statement_key
cross join lateral (
    values
    ('opening', sums.opening),
    ('closing', sums.closing)
) as balances (measure, amount)
where balances.amount is not null
on conflict do nothing
