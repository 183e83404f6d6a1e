-- The ledger rows that are decided anew: new, changed, open at the head, or beside such a one.
--
-- Grain:   one row per ledger row. A new row that another payment claims is found among the known
--          ones, with that payment; work_ledger_payments tells which, and is filled later.
create unlogged table work_ledger_payments (
    item_id bigint not null,
    payment_key text not null
);

create view work_pool_ledger as
select
    item_id,
    case when change = 'new' then 'new' else 'changed' end as origin,
    payment_key,
    psp_reference is not null as has_psp_reference,
    case when psp_reference is null then merchant_reference end as merchant_reference,
    event_reference,
    type,
    economic_type,
    moves_money,
    amount_minor,
    currency,
    fee_minor,
    tax_minor,
    occurred_at as dated_at,
    settles_on,
    ledger_id
from work_ledger_versions
where item_id not in (select item_id from work_ledger_payments)
union all
select
    item_id,
    origin,
    payment_key,
    has_psp_reference,
    merchant_reference,
    event_reference,
    type,
    economic_type,
    moves_money,
    amount_minor,
    currency,
    fee_minor,
    tax_minor,
    dated_at,
    settles_on,
    ledger_id
from work_known_ledger;
