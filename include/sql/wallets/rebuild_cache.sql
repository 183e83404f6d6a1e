-- What do these cached balances become, and what were they? Rebuilt from the ledger and logged in one statement.
--
-- Grain:   one row per cached balance that changed, or was made; the caller holds the locks.
-- Binds:   objects, currencies (text[], one value per cached balance), reason, repaired_by, run_id (text).
with

locked as (

    select
        user_balances.user_id,
        user_balances.currency,
        case when user_balances.cached_at > '-infinity' then user_balances.balance_minor end as before_minor
    from user_balances
    inner join unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
        on user_balances.user_id = wanted.object and user_balances.currency = wanted.currency

),

ledger as (

    select
        locked.user_id,
        locked.currency,
        sum(transactions.amount_minor)::bigint as after_minor,
        count(transactions.id) as ledger_rows
    from locked
    left join wallets on locked.user_id = wallets.user_id
    left join transactions on wallets.id = transactions.wallet_id and locked.currency = transactions.currency
    group by locked.user_id, locked.currency

),

changed as (

    select
        locked.user_id,
        locked.currency,
        locked.before_minor,
        coalesce(ledger.after_minor, 0) as after_minor,
        ledger.ledger_rows
    from locked
    inner join ledger on locked.user_id = ledger.user_id and locked.currency = ledger.currency
    where locked.before_minor is distinct from coalesce(ledger.after_minor, 0)

),

rebuilt as (

    update user_balances
    set
        balance_minor = changed.after_minor,
        cached_at = clock_timestamp()
    from changed
    where user_balances.user_id = changed.user_id and user_balances.currency = changed.currency
    returning
        user_balances.user_id,
        user_balances.currency

)

insert into balance_repairs (
    relation, object, currency, before_minor, after_minor, ledger_rows, reason, repaired_by, run_id
)
select
    'user_balances',
    changed.user_id,
    changed.currency,
    changed.before_minor,
    changed.after_minor,
    changed.ledger_rows,
    %(reason)s,
    %(repaired_by)s,
    %(run_id)s
from rebuilt
inner join changed on rebuilt.user_id = changed.user_id and rebuilt.currency = changed.currency
order by changed.user_id, changed.currency
returning
    object,
    currency,
    before_minor,
    after_minor,
    ledger_rows
