-- What does the billing gateway's book hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all words are known and nothing that must be there is missing.
-- Binds:   relations (text[] or null) - those that are asked about; null: all. Types and statuses of transactions are
--          those that include/sql/sources/billing_gateway.sql maps: a word added there is added here.
-- Reason:  each table has an index that holds just the rows which are named here, so that a healthy book is not read:
--          include/sql/sources/schema/billing_gateway.sql.
select
    'payment_intents' as relation,
    'status is ' || coalesce(quote_literal(status), 'NULL') || ' in ' || count(*) || ' rows' as what
from payment_intents
where
    coalesce('payment_intents' = any(%(relations)s::text[]), true)
    and (
        status is null
        or status not in (
            'created', 'authorized', 'authorised', 'captured', 'settled', 'refunded', 'voided', 'expired', 'cancelled',
            'failed'
        )
    )
group by status
union all
select
    'payment_intents',
    'id, provider, provider_account, amount_minor, currency or created_at is NULL in ' || count(*) || ' rows'
from payment_intents
where
    coalesce('payment_intents' = any(%(relations)s::text[]), true)
    and (
        id is null
        or provider is null
        or provider_account is null
        or amount_minor is null
        or currency is null
        or created_at is null
    )
having count(*) > 0
union all
select
    'payment_transactions',
    'transaction_type is ' || coalesce(quote_literal(transaction_type), 'NULL') || ' in ' || count(*) || ' rows'
from payment_transactions
where
    coalesce('payment_transactions' = any(%(relations)s::text[]), true)
    and (
        transaction_type is null
        or transaction_type not in (
            'authorization', 'authorisation', 'capture', 'sale', 'void', 'expiry', 'refund', 'chargeback',
            'chargeback_reversal'
        )
    )
group by transaction_type
union all
select
    'payment_transactions',
    'status is ' || coalesce(quote_literal(status), 'NULL') || ' in ' || count(*) || ' rows'
from payment_transactions
where
    coalesce('payment_transactions' = any(%(relations)s::text[]), true)
    and (status is null or status not in ('succeeded', 'pending', 'processing', 'cancelled', 'failed'))
group by status
union all
select
    'payment_transactions',
    'id, intent_id, amount_minor, currency or created_at is NULL in ' || count(*) || ' rows'
from payment_transactions
where
    coalesce('payment_transactions' = any(%(relations)s::text[]), true)
    and (id is null or intent_id is null or amount_minor is null or currency is null or created_at is null)
having count(*) > 0
union all
select
    'payment_reconciliation_logs',
    'verdict is ' || coalesce(quote_literal(verdict), 'NULL') || ' in ' || count(*) || ' rows'
from payment_reconciliation_logs
where
    coalesce('payment_reconciliation_logs' = any(%(relations)s::text[]), true)
    and (verdict is null or verdict not in ('incomplete', 'discrepancies', 'reconciled_with_pending', 'reconciled'))
group by verdict
union all
select
    'payment_reconciliation_logs',
    'provider, account, run_id, window_start or window_end is NULL in ' || count(*) || ' rows'
from payment_reconciliation_logs
where
    coalesce('payment_reconciliation_logs' = any(%(relations)s::text[]), true)
    and (provider is null or account is null or run_id is null or window_start is null or window_end is null)
having count(*) > 0
order by relation, what
