-- The gateway as the right side of a leg: captures, sales and refunds; the rest moves no money there.
--
-- Reason:  an authorisation, a void or an expiry is expected on no leg of money; so is a dispute where
--          the gateway knows none. Their rows are counted, not summed. {{gateway}} is the
--          part of the workspace that holds the gateway's extract.
create view work_ledger_vanished as
select * from work_gateway_vanished;

create view work_right_known as
select
    item_id,
    account_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    case when type in ('capture', 'sale') then 'payment' else type end as type,
    case when type in ('capture', 'sale') then 'payment' else type end as economic_type,
    status,
    case
        when type in ('capture', 'sale', 'unknown') or type = any((select money_types from work_leg)::text[])
            then moves_money
        else false
    end as moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    last_run_number,
    payment_key
from work_gateway_known;

create view work_ledger_versions as
select
    change,
    item_id,
    old_item_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    case when type in ('capture', 'sale') then 'payment' else type end as type,
    case when type in ('capture', 'sale') then 'payment' else type end as economic_type,
    status,
    case
        when type in ('capture', 'sale', 'unknown') or type = any((select money_types from work_leg)::text[])
            then moves_money
        else false
    end as moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    null::date as settles_on,
    occurred_at,
    changed_at,
    row_sha256,
    payment_key
from work_gateway_versions;

create view work_extract_summary as
select * from {gateway}.work_extract_summary;
