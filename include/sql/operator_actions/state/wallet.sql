-- What does the ledger of a wallet add up to, and is an adjustment of this key in it?
--
-- Grain:   one row, or none where the book has no such wallet. DRIFTING where the projection is not what the
--          ledger adds up to; ADJUSTED where the ledger has a row of this key.
-- Binds:   object_id, idempotency_key (text).
select
    wallets.user_id,
    wallets.currency,
    wallets.may_be_negative,
    booked.balance_minor,
    booked.transactions,
    adjusted.amount_minor as adjusted_minor,
    case
        when adjusted.rows > 1 then 'ADJUSTED_TWICE'
        when adjusted.rows = 1 and adjusted.is_adjustment then 'ADJUSTED'
        when adjusted.rows = 1 then 'KEY_USED_OTHERWISE'
        when wallets.currency is null or booked.others > 0 then 'CURRENCY_UNCLEAR'
        when coalesce(wallet_balances.balance_minor, 0) <> booked.balance_minor then 'DRIFTING'
        else 'IN_BALANCE'
    end as state
from wallets
cross join lateral (
    select
        coalesce(sum(transactions.amount_minor) filter (where transactions.currency = wallets.currency), 0)::bigint
            as balance_minor,
        count(*) as transactions,
        count(*) filter (
            where transactions.currency is distinct from wallets.currency or transactions.amount_minor is null
        ) as others
    from transactions
    where transactions.wallet_id = wallets.id
) as booked
cross join lateral (
    select
        count(*) as rows,
        max(transactions.amount_minor) as amount_minor,
        bool_and(
            transactions.type = 'ADJUSTMENT'
            and transactions.wallet_id = wallets.id
            and transactions.currency = wallets.currency
        ) as is_adjustment
    from transactions
    where transactions.idempotency_key = %(idempotency_key)s
) as adjusted
left join wallet_balances
    on wallets.id = wallet_balances.wallet_id and wallets.currency = wallet_balances.currency
where wallets.id = %(object_id)s
