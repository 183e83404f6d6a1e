-- Which wallets have a projected balance that is not what the ledger adds up to, in a currency?
--
-- Grain:    one row per wallet and currency that drifts; the amount is projection minus ledger.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a wallet or its projection was touched in.
-- Reads:    wallets, transactions, wallet_balances.
-- Severity: warning
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Run wallet_balance_reconciliation, first dry; what made them drift is worth finding.
-- Asked by: runbook 003, balance reconciliation
select
    wallet_id as object,
    currency,
    drift_minor as amount_minor,
    occurred_at,
    what
from {projections_beside_the_ledger} as projections
where drift_minor <> 0
order by wallet_id, currency
