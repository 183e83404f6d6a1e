-- Money that a batch carries out and no later one carries in, or carries in and none has carried out.
--
-- Grain:   up to two findings per batch and currency.
-- Reason:  the batch closes with what it carries, so its own lines are explained: the delta is 0. What
--          came back and is left behind is one event with its failed payout, and counts once.
with

found as (

    select
        nextval('internal.item_ids') as finding_no,
        'carried_out' as what,
        case when returned_minor > 0 then 'payout' else 'carried_out' end || ' ' || currency as economic_type,
        lost_minor as amount_minor,
        batch || ' carries out ' || internal.money_text(lost_minor, currency)
        || ', and no later batch carries it in' as detail,
        batch,
        currency,
        item_id
    from work_carried_money
    where lost_minor > 0
    union all
    select
        nextval('internal.item_ids'),
        'carried_in',
        'carried_in' || ' ' || currency,
        without_source_minor,
        batch || ' carries in ' || internal.money_text(without_source_minor, currency)
        || ' that no batch before it carries out',
        batch,
        currency,
        item_id
    from work_carried_money
    where without_source_minor <> 0 and not is_first

),

findings as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, payment_key, economic_type, lead_side,
        lead_item_id, detail
    )
    select
        finding_no,
        'payout_unexplained',
        currency,
        0,
        amount_minor,
        batch,
        economic_type,
        'statement',
        item_id,
        detail
    from found

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    what || chr(31) || batch || chr(31) || currency
from found;
