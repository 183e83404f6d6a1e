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
-- Reason:   all rows of a wallet are summed, whenever they were made.
with

touched as (

    select wallet_id from transactions
    where created_at >= %(window_start)s and created_at < %(window_end)s
    union
    select wallet_id from wallet_balances
    where last_updated >= %(window_start)s and last_updated < %(window_end)s

),

ledger as (

    select
        transactions.wallet_id,
        transactions.currency,
        sum(transactions.amount_minor) as ledger_minor,
        max(transactions.created_at) as last_at
    from transactions
    inner join touched on transactions.wallet_id = touched.wallet_id
    group by transactions.wallet_id, transactions.currency

),

projection as (

    select
        wallet_balances.wallet_id,
        wallet_balances.currency,
        wallet_balances.balance_minor,
        wallet_balances.last_updated
    from wallet_balances
    inner join touched on wallet_balances.wallet_id = touched.wallet_id

),

drift as (

    select
        wallet_id,
        currency,
        coalesce(projection.balance_minor, 0) - coalesce(ledger.ledger_minor, 0) as drift_minor,
        coalesce(projection.balance_minor, 0) as balance_minor,
        coalesce(ledger.ledger_minor, 0) as ledger_minor,
        greatest(ledger.last_at, projection.last_updated) as occurred_at
    from ledger
    full outer join projection using (wallet_id, currency)

)

select
    wallet_id as object,
    currency,
    drift_minor::bigint as amount_minor,
    occurred_at,
    'expected ' || ledger_minor || ' as in the ledger, found ' || balance_minor || ' in the projection' as what
from drift
where abs(drift_minor) > 1
order by wallet_id, currency
