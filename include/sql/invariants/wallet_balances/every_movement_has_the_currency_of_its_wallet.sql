-- Which ledger rows and projections have another currency than their wallet, or no wallet at all?
--
-- Grain:    one row per ledger row or projection.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the row was made or updated.
-- Reads:    wallets, transactions, wallet_balances.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the engineering team
-- Do:       Find what wrote the row; a ledger row is put right by a further row, never by a change.
-- Asked by: runbook 003, common issue 4
with

rows_of_wallets as (

    select
        id as object,
        wallet_id,
        currency,
        amount_minor,
        created_at as occurred_at
    from transactions
    where created_at >= %(window_start)s and created_at < %(window_end)s
    union all
    select
        'projection of ' || wallet_id,
        wallet_id,
        currency,
        balance_minor,
        last_updated
    from wallet_balances
    where last_updated >= %(window_start)s and last_updated < %(window_end)s

)

select
    rows_of_wallets.object,
    rows_of_wallets.currency,
    rows_of_wallets.amount_minor,
    rows_of_wallets.occurred_at,
    'wallet ' || rows_of_wallets.wallet_id || ': expected '
    || coalesce(wallets.currency, 'a wallet that is known') || ', found ' || rows_of_wallets.currency as what
from rows_of_wallets
left join wallets on rows_of_wallets.wallet_id = wallets.id
where rows_of_wallets.currency is distinct from wallets.currency
order by rows_of_wallets.object, rows_of_wallets.currency
