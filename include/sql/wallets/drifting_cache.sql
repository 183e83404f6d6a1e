-- Which cached balances of the users of these wallets are not what the ledger of all their wallets adds up to?
--
-- Grain:   one row per user and currency; before_minor is NULL where nothing is cached.
-- Binds:   wallet_ids (text[]).
with

users as (

    select distinct user_id
    from wallets
    where id = any(%(wallet_ids)s)

),

ledger as (

    select
        wallets.user_id as object,
        transactions.currency,
        sum(transactions.amount_minor)::bigint as after_minor,
        count(*) as ledger_rows
    from users
    inner join wallets on users.user_id = wallets.user_id
    inner join transactions on wallets.id = transactions.wallet_id
    group by wallets.user_id, transactions.currency

),

cached as (

    select
        user_balances.user_id as object,
        user_balances.currency,
        user_balances.balance_minor
    from users
    inner join user_balances on users.user_id = user_balances.user_id

),

-- One row without amount or currency makes all that the user has unknown.
unreadable as (

    select distinct users.user_id
    from users
    inner join wallets on users.user_id = wallets.user_id
    inner join transactions on wallets.id = transactions.wallet_id
    where transactions.amount_minor is null or transactions.currency is null

)

select
    object,
    currency,
    cached.balance_minor as before_minor,
    coalesce(ledger.after_minor, 0) as after_minor,
    coalesce(ledger.ledger_rows, 0) as ledger_rows
from ledger
full outer join cached using (object, currency)
where
    coalesce(cached.balance_minor, 0) <> coalesce(ledger.after_minor, 0)
    and not exists (select from unreadable where unreadable.user_id = object)
order by object, currency
