-- Ledger rows in force that take part: those open at the head. Others may join them.
--
-- Grain:   one row per ledger row. Its payment is what the row itself says; known_payment_key is what
--          was found before, where that is another one. merchant_reference is kept only where no
--          reference of the PSP is there.
-- Binds:   account_id (integer), leg (text).
create unlogged table work_known_ledger as
select
    known.item_id,
    'open' as origin,
    internal.payment_key_of_ledger_row(known.psp_reference, known.merchant_reference, known.ledger_id)
        as payment_key,
    nullif(
        known.payment_key,
        internal.payment_key_of_ledger_row(known.psp_reference, known.merchant_reference, known.ledger_id)
    ) as known_payment_key,
    known.psp_reference is not null as has_psp_reference,
    case when known.psp_reference is null then known.merchant_reference end as merchant_reference,
    known.event_reference,
    known.type,
    known.economic_type,
    known.moves_money,
    known.amount_minor,
    known.currency,
    known.fee_minor,
    known.tax_minor,
    known.occurred_at as dated_at,
    known.settles_on,
    known.ledger_id
from internal.open_items
inner join ledger_transactions as known
    on
        open_items.item_id = known.item_id
        and known.account_id = %(account_id)s
where
    open_items.account_id = %(account_id)s
    and open_items.leg = %(leg)s
    and open_items.side = 'ledger'
    and open_items.item_id not in (select item_id from work_replaced_items);
