-- What does the wallets' book hold, or lack, that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all types are known, nothing that must be there is missing,
--          and there is history enough to say what is usual. request_log, request_baseline and volume_baseline
--          stand for what is kept of the past.
-- Binds:   as_of (timestamptz); relations (text[] or null) - those that are asked about; null: all.
-- Reason:  each table has an index that holds just the rows which are named here, so that a healthy book is not read:
--          include/sql/sources/schema/wallet_balances.sql.
select
    'wallets' as relation,
    'currency is NULL in ' || count(*) || ' rows' as what
from wallets
where
    coalesce('wallets' = any(%(relations)s::text[]), true)
    and currency is null
having count(*) > 0
union all
select
    'transactions',
    'type is ' || coalesce(quote_literal(type), 'NULL') || ' in ' || count(*) || ' rows'
from transactions
where
    coalesce('transactions' = any(%(relations)s::text[]), true)
    and (
        type is null
        or type not in (
            'DEPOSIT', 'WITHDRAWAL', 'ESCROW_HOLD', 'ESCROW_RELEASE', 'PAYOUT', 'FEE', 'REFUND', 'TRANSFER',
            'ADJUSTMENT'
        )
    )
group by type
union all
select
    'transactions',
    'amount_minor or currency is NULL in ' || count(*) || ' rows'
from transactions
where
    coalesce('transactions' = any(%(relations)s::text[]), true)
    and (amount_minor is null or currency is null)
having count(*) > 0
union all
select
    'requests',
    'outcome is ' || coalesce(quote_literal(outcome), 'NULL') || ' in ' || count(*) || ' rows'
from requests
where
    coalesce('requests' = any(%(relations)s::text[]), true)
    and (outcome is null or outcome not in ('succeeded', 'failed'))
group by outcome
union all
select
    'requests',
    'duration_ms is NULL or negative in ' || count(*) || ' rows'
from requests
where
    coalesce('requests' = any(%(relations)s::text[]), true)
    and (duration_ms is null or duration_ms < 0)
having count(*) > 0
union all
select
    'request_log',
    'no request is logged of the last day'
where
    coalesce('request_log' = any(%(relations)s::text[]), true)
    and not exists (
        select from requests
        where requested_at >= %(as_of)s - interval '24 hours' and requested_at < %(as_of)s
    )
union all
select
    'request_baseline',
    'no request is kept of the seven days before, so nobody knows what is usual'
where
    coalesce('request_baseline' = any(%(relations)s::text[]), true)
    and not exists (
        select from requests
        where
            requested_at >= %(as_of)s - interval '5 minutes' - interval '7 days'
            and requested_at < %(as_of)s - interval '5 minutes'
    )
union all
select
    'volume_baseline',
    'the ledger has less than a day before the last hour, so nobody knows what is usual'
where
    coalesce('volume_baseline' = any(%(relations)s::text[]), true)
    and not exists (select from transactions where created_at <= %(as_of)s - interval '25 hours')
union all
select
    'volume_baseline',
    'the ledger has no row of the seven days before, so nobody knows what is usual'
where
    coalesce('volume_baseline' = any(%(relations)s::text[]), true)
    and exists (select from transactions where created_at <= %(as_of)s - interval '25 hours')
    and not exists (
        select from transactions
        where
            created_at >= %(as_of)s - interval '1 hour' - interval '7 days'
            and created_at < %(as_of)s - interval '1 hour'
    )
union all
select
    'balance_drifts',
    count(distinct run_id) || ' measurements are kept of the last three days, 3 are needed'
from balance_drifts
where scope = 'recent' and measured_at >= %(as_of)s - interval '3 days' and measured_at < %(as_of)s
having
    coalesce('balance_drifts' = any(%(relations)s::text[]), true)
    and count(distinct run_id) < 3
union all
select
    'balance_drifts',
    'nothing was measured for three hours'
where
    coalesce('balance_drifts' = any(%(relations)s::text[]), true)
    and not exists (
        select from balance_drifts
        where measured_at >= %(as_of)s - interval '3 hours' and measured_at < %(as_of)s
    )
order by relation, what
