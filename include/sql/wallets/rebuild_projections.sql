-- What do these projections become, and what were they? Rebuilt from the ledger and logged in one statement.
--
-- Grain:   one row per projection that changed, or was made; the caller holds the locks.
-- Binds:   objects, currencies (text[], one value per projection), reason, repaired_by, run_id (text).
with

locked as (

    select
        wallet_balances.wallet_id,
        wallet_balances.currency,
        case when wallet_balances.last_updated > '-infinity' then wallet_balances.balance_minor end as before_minor
    from wallet_balances
    inner join unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
        on wallet_balances.wallet_id = wanted.object and wallet_balances.currency = wanted.currency

),

ledger as (

    select
        locked.wallet_id,
        locked.currency,
        sum(transactions.amount_minor)::bigint as after_minor,
        count(transactions.id) as ledger_rows
    from locked
    left join transactions on locked.wallet_id = transactions.wallet_id and locked.currency = transactions.currency
    group by locked.wallet_id, locked.currency

),

changed as (

    select
        locked.wallet_id,
        locked.currency,
        locked.before_minor,
        coalesce(ledger.after_minor, 0) as after_minor,
        ledger.ledger_rows
    from locked
    inner join ledger on locked.wallet_id = ledger.wallet_id and locked.currency = ledger.currency
    where locked.before_minor is distinct from coalesce(ledger.after_minor, 0)

),

rebuilt as (

    update wallet_balances
    set
        balance_minor = changed.after_minor,
        last_updated = clock_timestamp()
    from changed
    where wallet_balances.wallet_id = changed.wallet_id and wallet_balances.currency = changed.currency
    returning
        wallet_balances.wallet_id,
        wallet_balances.currency

)

insert into balance_repairs (
    relation, object, currency, before_minor, after_minor, ledger_rows, reason, repaired_by, run_id
)
select
    'wallet_balances',
    changed.wallet_id,
    changed.currency,
    changed.before_minor,
    changed.after_minor,
    changed.ledger_rows,
    %(reason)s,
    %(repaired_by)s,
    %(run_id)s
from rebuilt
inner join changed on rebuilt.wallet_id = changed.wallet_id and rebuilt.currency = changed.currency
order by changed.wallet_id, changed.currency
returning
    object,
    currency,
    before_minor,
    after_minor,
    ledger_rows
