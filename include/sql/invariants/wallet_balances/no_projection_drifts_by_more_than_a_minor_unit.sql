-- Which wallets have a projected balance that is more than one minor unit off the ledger, in a currency?
--
-- Grain:    one row per wallet and currency; the amount is projection minus ledger.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a wallet or its projection was touched in.
-- Reads:    wallets, transactions, wallet_balances.
-- Severity: critical
-- Scope:    recent
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the engineering team
-- Do:       Stop what is not essential, look for what wrote the balance without the ledger, and rebuild it by
--           wallet_balance_reconciliation; a ledger row is never changed.
-- Asked by: runbook 003, critical alert 1
select
    wallet_id as object,
    currency,
    drift_minor as amount_minor,
    occurred_at,
    what
from {projections_beside_the_ledger} as projections
where abs(drift_minor) > 1
order by wallet_id, currency
