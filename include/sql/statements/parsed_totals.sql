-- Control totals of each statement, from what the parser yielded, with its balances.
--
-- Grain:   one row per statement, currency and measure, added to internal.statement_control_totals.
-- Binds:   none. Reads work_statements.
insert into internal.statement_control_totals (statement_id, currency, measure, control_minor, lines)
select
    statements.statement_id,
    totals.currency,
    totals.measure,
    totals.amount::bigint as control_minor,
    totals.lines
from (
    select
        pages.own_key,
        measures.currency,
        measures.measure,
        sum(measures.amount) as amount,
        count(*) as lines
    from work_raw_rows as raw
    inner join work_parsed_statements as pages
        on raw.page_number = pages.page_number
    cross join lateral (
        values
        (raw.gross_currency, 'gross', raw.gross_minor),
        (raw.net_currency, 'fee', raw.fee_minor),
        (raw.net_currency, 'tax', raw.tax_minor),
        (raw.net_currency, 'net', raw.net_minor)
    ) as measures (currency, measure, amount)
    where measures.amount is not null
    group by pages.own_key, measures.currency, measures.measure
    union all
    select
        sums.own_key,
        sums.currency,
        balances.measure,
        balances.amount,
        0 as lines
    from work_parsed_sums as sums
    cross join lateral (
        values
        ('opening', sums.opening_minor),
        ('closing', sums.closing_minor)
    ) as balances (measure, amount)
    where
        balances.amount is not null
        and sums.currency is not null
) as totals
inner join work_statements as statements
    on totals.own_key = statements.statement_key
on conflict do nothing
