-- What of the events decided in this run could not be compared, and how much is it?
--
-- Grain:   one row per currency and measure.
-- Binds:   leg (text).
create table work_run_not_compared as
with

-- Fees and taxes in one pass over the pairs.
pairs as materialized (

    select
        coalesce(fee_currency, 'XXX') as currency,
        count(*) filter (where lacks_fee) as fee_lines,
        sum(statement_fee_minor) filter (where lacks_fee) as fee_minor,
        count(*) filter (where lacks_tax) as tax_lines,
        sum(statement_tax_minor) filter (where lacks_tax) as tax_minor
    from (
        select
            *,
            statement_fee_minor is not null
            and (ledger_fee_minor is null or not coalesce(has_comparable_fees, false)) as lacks_fee,
            statement_tax_minor is not null
            and (ledger_tax_minor is null or not coalesce(has_comparable_fees, false)) as lacks_tax
        from work_pairs
    ) as decided
    where lacks_fee or lacks_tax
    group by coalesce(fee_currency, 'XXX')

)

select
    %(leg)s::text as leg,
    coalesce(net_currency, 'XXX') as currency,
    'gross' as what,
    count(*)::bigint as lines,
    coalesce(sum(net_minor), 0)::bigint as amount_minor
from work_left_statement
where amount_minor is null
group by coalesce(net_currency, 'XXX')
union all
select
    %(leg)s,
    currency,
    'fee',
    fee_lines,
    fee_minor::bigint
from pairs
where fee_lines > 0
union all
select
    %(leg)s,
    currency,
    'tax',
    tax_lines,
    tax_minor::bigint
from pairs
where tax_lines > 0
union all
select
    %(leg)s,
    settled_currency,
    'rate',
    count(*),
    sum(settled_minor)::bigint
from work_compared_rates
where rate is null
group by settled_currency;
