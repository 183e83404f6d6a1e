-- Which projected balances of these wallets are not what the ledger adds up to, and what does it add up to?
--
-- Grain:   one row per wallet and currency; before_minor is NULL where there is no projection.
-- Binds:   wallet_ids (text[]).
with

ledger as (

    select
        wallet_id as object,
        currency,
        sum(amount_minor)::bigint as after_minor,
        count(*) as ledger_rows
    from transactions
    where wallet_id = any(%(wallet_ids)s)
    group by wallet_id, currency

),

-- A wallet without a single movement has a projection too, of 0.
expected as (

    select
        object,
        currency
    from ledger
    union
    select
        id,
        currency
    from wallets
    where id = any(%(wallet_ids)s) and currency is not null
    union
    select
        wallet_id,
        currency
    from wallet_balances
    where wallet_id = any(%(wallet_ids)s)

)

select
    expected.object,
    expected.currency,
    wallet_balances.balance_minor as before_minor,
    coalesce(ledger.after_minor, 0) as after_minor,
    coalesce(ledger.ledger_rows, 0) as ledger_rows
from expected
left join ledger on expected.object = ledger.object and expected.currency = ledger.currency
left join wallet_balances
    on expected.object = wallet_balances.wallet_id and expected.currency = wallet_balances.currency
where wallet_balances.balance_minor is distinct from coalesce(ledger.after_minor, 0)
order by expected.object, expected.currency
