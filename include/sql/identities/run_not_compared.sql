-- What of the events decided in this run could not be compared, and how much is it?
--
-- Grain:   one row per currency and measure.
create unlogged table work_run_not_compared as
select
    'ledger_statement' as leg,
    coalesce(net_currency, 'XXX') as currency,
    'gross' as what,
    count(*)::bigint as lines,
    coalesce(sum(net_minor), 0)::bigint as amount_minor
from work_left_statement
where amount_minor is null
group by coalesce(net_currency, 'XXX')
union all
select
    'ledger_statement',
    coalesce(fee_currency, 'XXX'),
    'fee',
    count(*)::bigint,
    coalesce(sum(statement_fee_minor), 0)::bigint
from work_pairs
where
    statement_fee_minor is not null
    and (ledger_fee_minor is null or not coalesce(has_comparable_fees, false))
group by coalesce(fee_currency, 'XXX')
union all
select
    'ledger_statement',
    coalesce(fee_currency, 'XXX'),
    'tax',
    count(*)::bigint,
    coalesce(sum(statement_tax_minor), 0)::bigint
from work_pairs
where
    statement_tax_minor is not null
    and (ledger_tax_minor is null or not coalesce(has_comparable_fees, false))
group by coalesce(fee_currency, 'XXX');
