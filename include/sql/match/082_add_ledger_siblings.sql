-- Adds the matched and the not expected ledger rows of touched payments.
--
-- Binds:   account_id (integer).
insert into work_known_ledger (
    item_id, origin, payment_key, event_reference, type, economic_type, moves_money, amount_minor,
    currency, fee_minor, tax_minor, dated_at, settles_on, ledger_id
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
    ledger_transactions.settles_on,
    ledger_transactions.ledger_id
from work_sibling_ledger_rows as siblings
inner join ledger_transactions on siblings.item_id = ledger_transactions.item_id
where
    ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.item_id not in (select item_id from work_replaced_items);
