-- Which wallets that may not be overdrawn had less than nothing at some moment, in a currency?
--
-- Grain:    one row per wallet and currency: the first such moment; the amount is the balance then.
-- Binds:    none.
-- Reads:    wallets, transactions.
-- Severity: high
-- Scope:    full
-- Every:    day
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       Find out what let the movement through; the balance may well be right today.
-- Asked by: runbook 003, comprehensive reconciliation with its historical check
-- Reason:   rows of one moment are taken together: their order is not known.
with

moments as (

    select
        wallet_id,
        currency,
        created_at,
        sum(sum(amount_minor)) over (partition by wallet_id, currency order by created_at) as balance_minor
    from transactions
    group by wallet_id, currency, created_at

),

first_ones as (

    select distinct on (wallet_id, currency)
        wallet_id,
        currency,
        created_at,
        balance_minor
    from moments
    where balance_minor < 0
    order by wallet_id, currency, created_at

)

select
    first_ones.wallet_id as object,
    first_ones.currency,
    first_ones.balance_minor::bigint as amount_minor,
    first_ones.created_at as occurred_at,
    'expected 0 or more at every moment, found ' || first_ones.balance_minor as what
from first_ones
left join wallets on first_ones.wallet_id = wallets.id
where not coalesce(wallets.may_be_negative, false)
order by first_ones.wallet_id, first_ones.currency
