-- Who else may write these balances now? Nobody, until this transaction ends.
--
-- Grain:   one row per balance, locked in the order of their keys.
-- Binds:   objects, currencies (text[], one value per balance).
-- Reason:  what the application adds to a balance waits for the lock, and is then added to the rebuilt one. The
--          ledger is summed by a later statement, which sees what had been committed when the lock was got.
--          {balances} is the projection or the cache, with {holder}.
select
    balances.{holder},
    balances.currency
from {balances} as balances
where
    (balances.{holder}, balances.currency) in (
        select wanted.object, wanted.currency
        from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
    )
order by balances.{holder}, balances.currency
for update
