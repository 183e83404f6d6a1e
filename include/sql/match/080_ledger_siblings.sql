-- Adds the matched and the not expected ledger rows of touched payments.
--
-- Binds:   account_id (integer), zone (text), ledger_grace (interval).
insert into work_pool_ledger
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
    timezone(%(zone)s, (coalesce(ledger_transactions.settles_on, work_calendar.settles_on) + 1)::timestamp)
    + %(ledger_grace)s
from work_touched_payments
inner join internal.ledger_transactions
    on
        ledger_transactions.account_id = %(account_id)s
        and work_touched_payments.payment_key = ledger_transactions.payment_key
        and ledger_transactions.last_run_number is null
inner join work_calendar
    on timezone(%(zone)s, ledger_transactions.occurred_at)::date = work_calendar.day
where
    not exists (
        select from work_ledger_changes
        where
            work_ledger_changes.old_item_id = ledger_transactions.item_id
            and work_ledger_changes.change in ('changed', 'vanished')
    )
    and not exists (
        select from work_pool_ledger
        where work_pool_ledger.item_id = ledger_transactions.item_id
    );
