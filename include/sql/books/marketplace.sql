-- What does the marketplace's book hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all states are known and nothing that must be there is missing.
-- Binds:   relations (text[] or null) - those that are asked about; null: all.
-- Reason:  each table has an index that holds just the rows which are named here, so that a healthy book is not read:
--          include/sql/sources/schema/marketplace.sql.
select
    'payments' as relation,
    'lifecycle is ' || coalesce(quote_literal(lifecycle), 'NULL') || ' in ' || count(*) || ' rows' as what
from payments
where
    coalesce('payments' = any(%(relations)s::text[]), true)
    and (
        lifecycle is null
        or lifecycle not in ('INITIATED', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'REFUNDED', 'CANCELLED')
    )
group by lifecycle
union all
select
    'payments',
    'captured_at is NULL in ' || count(*) || ' rows that are ' || lifecycle
from payments
where
    coalesce('payments' = any(%(relations)s::text[]), true)
    and lifecycle in ('CAPTURED', 'REFUNDED')
    and captured_at is null
group by lifecycle
union all
select
    'refunds',
    'status is ' || coalesce(quote_literal(status), 'NULL') || ' in ' || count(*) || ' rows'
from refunds
where
    coalesce('refunds' = any(%(relations)s::text[]), true)
    and (status is null or status not in ('PENDING', 'APPROVED', 'PROCESSING', 'COMPLETED', 'FAILED', 'REJECTED'))
group by status
union all
select
    'refunds',
    'processed_at is NULL in ' || count(*) || ' rows that are PROCESSING'
from refunds
where
    coalesce('refunds' = any(%(relations)s::text[]), true)
    and status = 'PROCESSING'
    and processed_at is null
having count(*) > 0
union all
select
    'wallets',
    'wallet_status is ' || coalesce(quote_literal(wallet_status), 'NULL') || ' in ' || count(*) || ' rows'
from wallets
where
    coalesce('wallets' = any(%(relations)s::text[]), true)
    and (wallet_status is null or wallet_status not in ('ACTIVE', 'FROZEN'))
group by wallet_status
union all
select
    'wallets',
    'frozen_at is NULL in ' || count(*) || ' rows that are FROZEN'
from wallets
where
    coalesce('wallets' = any(%(relations)s::text[]), true)
    and wallet_status = 'FROZEN'
    and frozen_at is null
having count(*) > 0
union all
select
    'ledger_entries',
    'amount_minor, currency or created_at is NULL in ' || count(*) || ' rows'
from ledger_entries
where
    coalesce('ledger_entries' = any(%(relations)s::text[]), true)
    and (amount_minor is null or currency is null or created_at is null)
having count(*) > 0
order by relation, what
