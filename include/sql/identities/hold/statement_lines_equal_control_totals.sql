-- The canonical lines of a statement sum to its control totals, which were read from the raw rows.
--
-- Grain:   one row per statement, currency and measure where they do not.
with

summed as materialized (

    select
        statement_id,
        gross_currency,
        net_currency,
        sum(gross_minor)::bigint as gross_minor,
        sum(net_minor)::bigint as net_minor
    from work_statement_lines
    group by statement_id, gross_currency, net_currency

),

staged as (

    select
        statement_id,
        gross_currency as currency,
        'gross' as measure,
        sum(gross_minor)::bigint as total_minor
    from summed
    group by statement_id, gross_currency
    union all
    select
        statement_id,
        net_currency,
        'net',
        sum(net_minor)::bigint
    from summed
    group by statement_id, net_currency

)

select
    statements.statement_key || ', ' || totals.measure || ', ' || totals.currency as what,
    totals.control_minor as expected,
    coalesce(staged.total_minor, 0) as found
from internal.statement_control_totals as totals
inner join internal.statements on totals.statement_id = statements.statement_id
left join staged
    on
        totals.statement_id = staged.statement_id
        and totals.currency = staged.currency
        and totals.measure = staged.measure
where
    totals.statement_id in (select statement_id from summed)
    and totals.measure in ('gross', 'net')
    and totals.control_minor <> coalesce(staged.total_minor, 0)
order by what;
