-- Adds the ledger rows that are matched provisionally at the head: every run decides them again.
--
-- Grain:   one row per ledger row, with what 030 says of an open one.
-- Binds:   account_id (integer), leg (text).
insert into work_known_ledger (
    item_id, origin, payment_key, known_payment_key, has_psp_reference, merchant_reference,
    event_reference, type, economic_type, moves_money, amount_minor, currency, fee_minor, tax_minor,
    dated_at, settles_on, ledger_id
)
select
    known.item_id,
    'provisional' as origin,
    own.payment_key,
    nullif(known.payment_key, own.payment_key) as known_payment_key,
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
    known.occurred_at,
    known.settles_on,
    known.ledger_id
from internal.provisional_members
inner join ledger_transactions as known
    on
        provisional_members.item_id = known.item_id
        and known.account_id = %(account_id)s
cross join lateral internal.payment_key_of_ledger_row(
    known.psp_reference, known.merchant_reference, known.ledger_id
) as own (payment_key)
where
    provisional_members.account_id = %(account_id)s
    and provisional_members.leg = %(leg)s
    and provisional_members.side = 'ledger'
    and provisional_members.item_id not in (select item_id from work_replaced_items);
