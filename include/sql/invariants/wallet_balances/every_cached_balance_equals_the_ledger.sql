-- Which users have a cached balance that is not what the ledger of their wallets adds up to, in a currency?
--
-- Grain:    one row per user and currency; the amount is cache minus ledger.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a wallet or the cache was touched in.
-- Reads:    wallets, transactions, user_balances.
-- Severity: warning
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Run wallet_balance_reconciliation: it rebuilds the cache as it does the projection.
-- Asked by: runbook 003, cache layer
with

touched as (

    select wallets.user_id
    from transactions
    inner join wallets on transactions.wallet_id = wallets.id
    where transactions.created_at >= %(window_start)s and transactions.created_at < %(window_end)s
    union
    select user_id from user_balances
    where cached_at >= %(window_start)s and cached_at < %(window_end)s

),

ledger as (

    select
        wallets.user_id,
        transactions.currency,
        sum(transactions.amount_minor) as ledger_minor,
        max(transactions.created_at) as last_at
    from touched
    inner join wallets on touched.user_id = wallets.user_id
    inner join transactions on wallets.id = transactions.wallet_id
    group by wallets.user_id, transactions.currency

),

cached as (

    select
        user_balances.user_id,
        user_balances.currency,
        user_balances.balance_minor,
        user_balances.cached_at
    from user_balances
    inner join touched on user_balances.user_id = touched.user_id

),

differences as (

    select
        user_id,
        currency,
        coalesce(cached.balance_minor, 0) - coalesce(ledger.ledger_minor, 0) as difference_minor,
        coalesce(cached.balance_minor, 0) as balance_minor,
        coalesce(ledger.ledger_minor, 0) as ledger_minor,
        greatest(ledger.last_at, cached.cached_at) as occurred_at
    from ledger
    full outer join cached using (user_id, currency)

)

select
    user_id as object,
    currency,
    difference_minor::bigint as amount_minor,
    occurred_at,
    'expected ' || ledger_minor || ' as in the ledger, found ' || balance_minor || ' in the cache' as what
from differences
where difference_minor <> 0
order by user_id, currency
