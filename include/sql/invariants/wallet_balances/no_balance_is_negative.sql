-- Which wallets that may not be overdrawn have less than nothing in a currency, in the ledger or the projection?
--
-- Grain:    one row per wallet and currency; the amount is the lower of the two balances.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a wallet or its projection was touched in.
-- Reads:    wallets, transactions, wallet_balances.
-- Severity: critical
-- Scope:    recent
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to the engineering team
-- Do:       Freeze the wallet, and find the movement that took more than there was.
-- Asked by: runbook 003, critical alert 3
with

touched as {touched_wallets},

balances as (

    select
        transactions.wallet_id,
        transactions.currency,
        'ledger' as relation,
        sum(transactions.amount_minor) as balance_minor,
        max(transactions.created_at) as occurred_at
    from transactions
    inner join touched on transactions.wallet_id = touched.wallet_id
    group by transactions.wallet_id, transactions.currency
    union all
    select
        wallet_balances.wallet_id,
        wallet_balances.currency,
        'projection',
        wallet_balances.balance_minor,
        wallet_balances.last_updated
    from wallet_balances
    inner join touched on wallet_balances.wallet_id = touched.wallet_id

)

select
    balances.wallet_id as object,
    balances.currency,
    min(balances.balance_minor)::bigint as amount_minor,
    max(balances.occurred_at) as occurred_at,
    'expected 0 or more, found '
    || string_agg(balances.balance_minor || ' in the ' || balances.relation, ', ' order by balances.relation) as what
from balances
left join wallets on balances.wallet_id = wallets.id
where balances.balance_minor < 0 and not coalesce(wallets.may_be_negative, false)
group by balances.wallet_id, balances.currency
order by balances.wallet_id, balances.currency
