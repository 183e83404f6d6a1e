-- Money that a batch carries out and no later one carries in, or carries in and none has carried out.
--
-- Grain:   up to two findings per batch and currency.
-- Reason:  the batch closes with what it carries, so its own lines are explained: the delta is 0. What
--          came back and is left behind is one event with its failed payout, and counts once; of earlier
--          failed payouts it is theirs. Both lie at heights of the balance that is open, no two of a
--          kind at one: so what lies below a height is found in the order of heights.
with

boundaries as (

    select
        currency,
        item_id,
        'owed' as what,
        floor_minor as height_minor,
        owed_minor
    from work_carried_money
    where owed_minor > 0
    union all
    select
        currency,
        item_id,
        'from',
        kept_minor,
        0
    from work_carried_money
    where lost_minor > 0
    union all
    select
        currency,
        item_id,
        'to',
        kept_minor + lost_minor,
        0
    from work_carried_money
    where lost_minor > 0

),

below as (

    select
        currency,
        item_id,
        what,
        coalesce(sum(owed_minor) over lower, 0)
        - greatest(coalesce(max(height_minor + owed_minor) filter (where what = 'owed') over lower, 0) - height_minor, 0)
            as owed_minor
    from boundaries
    window lower as (
        partition by currency
        order by height_minor, what = 'owed'
        rows between unbounded preceding and 1 preceding
    )

),

owed_within as (

    select
        item_id,
        (sum(owed_minor) filter (where what = 'to') - sum(owed_minor) filter (where what = 'from'))::bigint as owed_minor
    from below
    where what <> 'owed'
    group by item_id

),

losses as (

    select
        money.*,
        greatest(
            within.owed_minor
            - greatest(least(money.owed_minor, money.kept_minor + money.lost_minor - money.floor_minor), 0),
            0
        ) as owed_elsewhere_minor
    from work_carried_money as money
    inner join owed_within as within on money.item_id = within.item_id

),

found as (

    select
        nextval('internal.item_ids') as finding_no,
        'carried_out' as what,
        case when returned_minor > 0 then 'payout' else 'carried_out' end || ' ' || currency as economic_type,
        lost_minor - owed_elsewhere_minor as amount_minor,
        batch || ' carries out ' || internal.money_text(lost_minor, currency)
        || ', and no later batch carries it in'
        || case
            when owed_elsewhere_minor > 0
                then '; ' || internal.money_text(owed_elsewhere_minor, currency)
                || ' of it is owed as payouts that came back before'
            else ''
        end as detail,
        batch,
        currency,
        item_id
    from losses
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
