-- Who else may write these projections now? Nobody, until this transaction ends.
--
-- Grain:   one row per projection, locked in the order of their keys.
-- Binds:   objects, currencies (text[], one value per projection).
-- Reason:  what the application adds to a balance waits for the lock, and is then added to the rebuilt one. The
--          ledger is summed by a later statement, which sees what had been committed when the lock was got.
select
    wallet_balances.wallet_id,
    wallet_balances.currency
from wallet_balances
where
    (wallet_balances.wallet_id, wallet_balances.currency) in (
        select wanted.object, wanted.currency
        from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
    )
order by wallet_balances.wallet_id, wallet_balances.currency
for update
