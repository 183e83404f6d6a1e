-- What was authorised, as the right side of its leg.
--
-- Reason:  {{gateway}} is the part of the workspace that holds the gateway's extract.
create view work_ledger_vanished as
select vanished.*
from work_gateway_vanished as vanished
inner join work_gateway_known as known on vanished.old_item_id = known.item_id
where known.type = 'authorisation';

create view work_right_known as
select
    item_id,
    account_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    null::text as event_reference,
    type,
    type as economic_type,
    status,
    moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    last_run_number,
    payment_key
from work_gateway_known
where type = 'authorisation';

create view work_ledger_versions as
select
    change,
    item_id,
    old_item_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    null::text as event_reference,
    type,
    type as economic_type,
    status,
    moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    null::date as settles_on,
    occurred_at,
    changed_at,
    row_sha256,
    payment_key
from work_gateway_versions
where type = 'authorisation';

create view work_extract_summary as
select * from {gateway}.work_extract_summary;
