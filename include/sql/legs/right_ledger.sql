-- The ledger as the right side of a leg; a type that the gateway does not know moves no money there.
--
-- Reason:  {{parent}} is the workspace that holds the ledger's extract. A leg that begins has no row at
--          the head: all in force are new to it.
create view work_ledger_vanished as
select * from {parent}.work_ledger_vanished
where not (select begins from work_leg);

create view work_right_known as
select
    item_id,
    account_id,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    economic_type,
    status,
    case
        when type = 'unknown' or economic_type = any((select money_types from work_leg)::text[]) then moves_money
        else false
    end as moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    settles_on,
    occurred_at,
    last_run_number,
    payment_key
from internal.ledger_transactions
where not (select begins from work_leg);

create view work_ledger_versions as
with

rows as not materialized (

    select
        case when (select begins from work_leg) then 'new' else change end as change,
        item_id,
        case when not (select begins from work_leg) then old_item_id end as old_item_id,
        ledger_id,
        psp_reference,
        merchant_reference,
        event_reference,
        type,
        economic_type,
        status,
        moves_money,
        amount_minor,
        currency,
        settles_on,
        occurred_at,
        changed_at,
        row_sha256
    from {parent}.work_ledger_versions
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
        economic_type,
        status,
        moves_money,
        amount_minor,
        currency,
        settles_on,
        occurred_at,
        changed_at,
        row_sha256
    from internal.ledger_transactions
    where
        (select begins from work_leg)
        and account_id = (select account_id from work_leg)
        and last_run_number is null
        and item_id not in (
            select old_item_id from {parent}.work_ledger_versions where old_item_id is not null
            union all
            select old_item_id from {parent}.work_ledger_vanished
        )

)

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
    case
        when type = 'unknown' or economic_type = any((select money_types from work_leg)::text[]) then moves_money
        else false
    end as moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    settles_on,
    occurred_at,
    changed_at,
    row_sha256,
    internal.payment_key_of_ledger_row(psp_reference, merchant_reference, ledger_id) as payment_key
from rows;

create view work_extract_summary as
select * from {parent}.work_extract_summary;
