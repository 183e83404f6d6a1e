-- Every ledger row that differs from the books: new, changed, or gone.
--
-- Grain:   one row per ledger row; item_id is NULL where it is gone, old_item_id where it is new.
create view work_ledger_changes as
select
    change,
    item_id,
    old_item_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    economic_type,
    status,
    moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    changed_at,
    row_sha256,
    payment_key
from work_ledger_versions
union all
select
    'vanished' as change,
    null::bigint as item_id,
    old_item_id,
    ledger_id,
    null as psp_reference,
    null as merchant_reference,
    null as event_reference,
    'unknown' as type,
    'unknown' as economic_type,
    'vanished' as status,
    null::boolean as moves_money,
    0 as amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    'XXX' as currency,
    null::date as settles_on,
    null::timestamptz as occurred_at,
    null::timestamptz as changed_at,
    row_sha256,
    null as payment_key
from work_ledger_vanished;
