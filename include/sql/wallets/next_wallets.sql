-- Which wallets come next, in the order of their ids?
--
-- Grain:   one row per wallet, batch_size at most.
-- Binds:   after, wallet_id (text, null for any), since (timestamptz, null for all: else only wallets touched from
--          then on), batch_size (bigint).
select
    wallets.id as wallet_id,
    wallets.user_id,
    wallets.currency
from wallets
where
    wallets.id > %(after)s
    and (%(wallet_id)s::text is null or wallets.id = %(wallet_id)s::text)
    and (
        %(since)s::timestamptz is null
        or exists (
            select from transactions
            where transactions.wallet_id = wallets.id and transactions.created_at >= %(since)s::timestamptz
        )
        or exists (
            select from wallet_balances
            where wallet_balances.wallet_id = wallets.id and wallet_balances.last_updated >= %(since)s::timestamptz
        )
    )
order by wallets.id
limit %(batch_size)s
