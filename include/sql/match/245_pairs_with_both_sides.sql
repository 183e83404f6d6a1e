-- Every event of the pool that has one line and one ledger row, whatever their amounts.
--
-- Grain:   one row per pair. Fees, taxes and dates are compared on these.
create view work_pairs as
select
    match_id,
    true as is_matched,
    statement_item_id,
    ledger_item_id,
    payment_key,
    economic_type,
    coalesce(statement_event_reference, ledger_event_reference) as event_reference,
    statement_minor,
    statement_currency,
    statement_fee_minor,
    ledger_fee_minor,
    statement_tax_minor,
    ledger_tax_minor,
    statement_fee_currency as fee_currency,
    statement_fee_currency = ledger_currency as has_comparable_fees,
    statement_at,
    statement_on,
    ledger_on,
    due_on,
    due_at,
    type
from work_plain_pairs
union all
select
    line.match_id,
    line.state = 'matched',
    line.item_id,
    entry.item_id,
    line.payment_key,
    line.economic_type,
    coalesce(line.event_reference, entry.event_reference),
    line.amount_minor,
    line.currency,
    line.fee_minor,
    entry.fee_minor,
    line.tax_minor,
    entry.tax_minor,
    line.fee_currency,
    line.fee_currency = entry.fee_currency and line.currency is not distinct from entry.currency,
    line.dated_at,
    line.dated_on,
    entry.dated_on,
    entry.due_on,
    entry.due_at,
    line.type
from work_hard as line
inner join work_hard as entry on line.match_id = entry.match_id
where
    line.side = 'statement'
    and entry.side = 'ledger'
    and (line.state = 'differs' or (line.state = 'matched' and line.rule <> 'payment_totals'))
    and entry.moves_money;
