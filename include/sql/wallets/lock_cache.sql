-- Who else may write these cached balances now? Nobody, until this transaction ends.
--
-- Grain:   one row per cached balance, locked in the order of their keys.
-- Binds:   objects, currencies (text[], one value per cached balance).
-- Reason:  what the application adds to a balance waits for the lock, and is then added to the rebuilt one. The
--          ledger is summed by a later statement, which sees what had been committed when the lock was got.
select
    user_balances.user_id,
    user_balances.currency
from user_balances
where
    (user_balances.user_id, user_balances.currency) in (
        select wanted.object, wanted.currency
        from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
    )
order by user_balances.user_id, user_balances.currency
for update
