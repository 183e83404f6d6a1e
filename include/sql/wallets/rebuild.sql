-- What do these balances become, and what were they? Rebuilt from the ledger and logged in one statement.
--
-- Grain:   one row per balance that changed, or was made; the caller holds the locks.
-- Binds:   objects, currencies (text[], one value per balance), relation, reason, repaired_by, run_id (text).
-- Reason:  {balances} is the projection or the cache, with {holder} and {written_at}. What a holder has is what all
--          wallets have in which {held_by} names it: the one of a projection, those of a user.
with

locked as (

    select
        balances.{holder} as object,
        balances.currency,
        case when balances.{written_at} > '-infinity' then balances.balance_minor end as before_minor
    from {balances} as balances
    inner join unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
        on balances.{holder} = wanted.object and balances.currency = wanted.currency

),

ledger as (

    select
        locked.object,
        locked.currency,
        coalesce(sum(transactions.amount_minor), 0)::bigint as after_minor,
        count(transactions.id) as ledger_rows
    from locked
    left join wallets on locked.object = wallets.{held_by}
    left join transactions on wallets.id = transactions.wallet_id and locked.currency = transactions.currency
    group by locked.object, locked.currency

),

changed as (

    select
        locked.object,
        locked.currency,
        locked.before_minor,
        ledger.after_minor,
        ledger.ledger_rows
    from locked
    inner join ledger on locked.object = ledger.object and locked.currency = ledger.currency
    where locked.before_minor is distinct from ledger.after_minor

),

rebuilt as (

    update {balances} as balances
    set
        balance_minor = changed.after_minor,
        {written_at} = clock_timestamp()
    from changed
    where balances.{holder} = changed.object and balances.currency = changed.currency
    returning
        balances.{holder} as object,
        balances.currency

)

insert into balance_repairs (
    relation, object, currency, before_minor, after_minor, ledger_rows, reason, repaired_by, run_id
)
select
    %(relation)s,
    changed.object,
    changed.currency,
    changed.before_minor,
    changed.after_minor,
    changed.ledger_rows,
    %(reason)s,
    %(repaired_by)s,
    %(run_id)s
from rebuilt
inner join changed on rebuilt.object = changed.object and rebuilt.currency = changed.currency
order by changed.object, changed.currency
returning
    object,
    currency,
    before_minor,
    after_minor,
    ledger_rows
