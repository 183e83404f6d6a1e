-- Which wallets have no projected balance in their currency?
--
-- Grain:    one row per wallet.
-- Binds:    none.
-- Reads:    wallets, wallet_balances.
-- Severity: warning
-- Scope:    full
-- Every:    day
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Run wallet_balance_reconciliation with scope full: it makes the missing rows.
-- Asked by: runbook 003, morning health check
select
    wallets.id as object,
    wallets.currency,
    null::bigint as amount_minor,
    wallets.created_at as occurred_at,
    'expected a projected balance, found none' as what
from wallets
where
    not exists (
        select from wallet_balances
        where wallet_balances.wallet_id = wallets.id and wallet_balances.currency = wallets.currency
    )
order by wallets.id
