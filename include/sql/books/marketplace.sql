-- What does the marketplace's book hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all states are known and nothing that must be there is missing.
-- Binds:   none.
select
    'payments' as relation,
    'lifecycle is ' || coalesce(quote_literal(lifecycle), 'NULL') || ' in ' || count(*) || ' rows' as what
from payments
where lifecycle is null or lifecycle not in ('INITIATED', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'REFUNDED', 'CANCELLED')
group by lifecycle
union all
select
    'refunds',
    'status is ' || coalesce(quote_literal(status), 'NULL') || ' in ' || count(*) || ' rows'
from refunds
where status is null or status not in ('PENDING', 'APPROVED', 'PROCESSING', 'COMPLETED', 'FAILED', 'REJECTED')
group by status
union all
select
    'refunds',
    'processed_at is NULL in ' || count(*) || ' rows that are PROCESSING'
from refunds
where status = 'PROCESSING' and processed_at is null
having count(*) > 0
union all
select
    'ledger_entries',
    'amount_minor, currency or created_at is NULL in ' || count(*) || ' rows'
from ledger_entries
where amount_minor is null or currency is null or created_at is null
having count(*) > 0
order by relation, what
