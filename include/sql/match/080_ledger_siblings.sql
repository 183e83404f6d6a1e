-- Adds the matched and the not expected ledger rows of touched payments.
--
-- Binds:   account_id (integer), zone (text), ledger_grace (interval).
with

-- One source of payments at a time: the planner knows how many each has.
siblings as (

    select known.item_id
    from internal.ledger_transactions as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_pool_statement)
        and not exists (select from work_pool_ledger where work_pool_ledger.item_id = known.item_id)
    union
    select known.item_id
    from internal.ledger_transactions as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_pool_ledger)
        and not exists (select from work_pool_ledger where work_pool_ledger.item_id = known.item_id)
    union
    select known.item_id
    from internal.ledger_transactions as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_touched_payments)
        and not exists (select from work_pool_ledger where work_pool_ledger.item_id = known.item_id)

)

insert into work_pool_ledger (
    item_id, origin, payment_key, event_reference, type, economic_type, moves_money, amount_minor,
    currency, fee_minor, tax_minor, dated_at, dated_on, settles_on, due_on, due_at
)
select
    ledger_transactions.item_id,
    'sibling' as origin,
    ledger_transactions.payment_key,
    ledger_transactions.event_reference,
    ledger_transactions.type,
    ledger_transactions.economic_type,
    ledger_transactions.moves_money,
    ledger_transactions.amount_minor,
    ledger_transactions.currency,
    ledger_transactions.fee_minor,
    ledger_transactions.tax_minor,
    ledger_transactions.occurred_at,
    work_calendar.day,
    ledger_transactions.settles_on,
    coalesce(ledger_transactions.settles_on, work_calendar.settles_on),
    case
        when ledger_transactions.settles_on is null then work_calendar.due_at
        else timezone(%(zone)s, (ledger_transactions.settles_on + 1)::timestamp) + %(ledger_grace)s
    end
from siblings
inner join internal.ledger_transactions on siblings.item_id = ledger_transactions.item_id
inner join work_calendar
    on timezone(%(zone)s, ledger_transactions.occurred_at)::date = work_calendar.day
where
    ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.item_id not in (
        select old_item_id from work_ledger_changes
        where change in ('changed', 'vanished')
    );
