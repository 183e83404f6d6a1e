-- What does the ledger of the wallets that were touched add up to, and what does their projection say?
--
-- Grain:   one row per wallet and currency of either; drift_minor is projection minus ledger.
-- Binds:   window_start, window_end (timestamptz) - half-open, of {touched_wallets}.
-- Reason:  all rows of a wallet are summed, whenever they were made.
with

touched as {touched_wallets},

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

)

select
    wallet_id,
    currency,
    (coalesce(projection.balance_minor, 0) - coalesce(ledger.ledger_minor, 0))::bigint as drift_minor,
    greatest(ledger.last_at, projection.last_updated) as occurred_at,
    'expected ' || coalesce(ledger.ledger_minor, 0) || ' as in the ledger, found '
    || coalesce(projection.balance_minor, 0) || ' in the projection' as what
from ledger
full outer join projection using (wallet_id, currency)
