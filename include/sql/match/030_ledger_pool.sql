-- Ledger rows that take part by themselves: new, changed, or open at the head.
--
-- Grain:   one row per ledger row; payment_key is not known yet.
create view work_ledger_candidates as
select
    item_id,
    case when change = 'new' then 'new' else 'changed' end as origin,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    economic_type,
    moves_money,
    amount_minor,
    currency,
    fee_minor,
    tax_minor,
    settles_on,
    occurred_at
from work_ledger_changes
where change in ('new', 'changed')
union all
select
    ledger_transactions.item_id,
    'open' as origin,
    ledger_transactions.ledger_id,
    ledger_transactions.psp_reference,
    ledger_transactions.merchant_reference,
    ledger_transactions.event_reference,
    ledger_transactions.type,
    ledger_transactions.economic_type,
    ledger_transactions.moves_money,
    ledger_transactions.amount_minor,
    ledger_transactions.currency,
    ledger_transactions.fee_minor,
    ledger_transactions.tax_minor,
    ledger_transactions.settles_on,
    ledger_transactions.occurred_at
from internal.open_items
inner join internal.ledger_transactions
    on
        open_items.item_id = ledger_transactions.item_id
        and open_items.account_id = ledger_transactions.account_id
where
    open_items.account_id = (select account_id from work_extract_head)
    and open_items.leg = 'ledger_statement'
    and open_items.side = 'ledger'
    and open_items.item_id not in (
        select old_item_id from work_ledger_changes
        where change in ('changed', 'vanished')
    );
