-- The gateway's rows of a leg: those in force at the head, and what the extract changes of them.
--
-- Reason:  a leg that begins has no row at the head: all in force are new to it. {{gateway}} is the
--          part of the workspace that holds the gateway's extract.
create view work_gateway_known as
select * from internal.gateway_transactions
where not (select begins from work_leg);

create view work_gateway_vanished as
select * from {gateway}.work_ledger_vanished
where not (select begins from work_leg);

create view work_gateway_versions as
select
    case when (select begins from work_leg) then 'new' else change end as change,
    item_id,
    case when not (select begins from work_leg) then old_item_id end as old_item_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    status,
    moves_money,
    amount_minor,
    currency,
    occurred_at,
    changed_at,
    row_sha256,
    payment_key
from {gateway}.work_ledger_versions
union all
select
    'new',
    item_id,
    null,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    status,
    moves_money,
    amount_minor,
    currency,
    occurred_at,
    changed_at,
    row_sha256,
    payment_key
from internal.gateway_transactions
where
    (select begins from work_leg)
    and account_id = (select account_id from work_leg)
    and last_run_number is null
    and item_id not in (
        select old_item_id from {gateway}.work_ledger_versions where old_item_id is not null
        union all
        select old_item_id from {gateway}.work_ledger_vanished
    );
