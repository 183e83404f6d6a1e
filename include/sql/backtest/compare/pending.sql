-- What is pending at the end of the span by one set of rules and not by the other?
--
-- Grain:   one row per row that became pending, or is it no longer; with where it stands instead.
-- Binds:   account_id (integer).
-- Reason:  the warehouse keeps the open items of its heads alone; those of the published run are taken from
--          the replay under its own rules, once that has shown that it says the same.
with

moved as (

    select
        coalesce(after.leg, before.leg) as leg,
        coalesce(after.side, before.side) as side,
        coalesce(after.item_id, before.item_id) as item_id,
        coalesce(after.currency, before.currency) as currency,
        coalesce(after.amount_minor, before.amount_minor) as amount_minor,
        case before.bucket when 'pending' then before.reason else before.bucket end as standing_before,
        case after.bucket when 'pending' then after.reason else after.bucket end as standing_after,
        before.due_at as due_before_at,
        after.due_at as due_after_at,
        coalesce(after.bucket = 'pending', false) as is_pending
    from (
        select * from history.open_items
        where account_id = %(account_id)s
    ) as before
    full join (
        select * from internal.open_items
        where account_id = %(account_id)s
    ) as after
        on
            before.leg = after.leg
            and before.side = after.side
            and before.item_id = after.item_id
    where coalesce(before.bucket = 'pending', false) <> coalesce(after.bucket = 'pending', false)

),

rows as (

    select
        item_id,
        line_key as key,
        psp_reference,
        merchant_reference
    from internal.statement_lines
    union all
    select
        item_id,
        ledger_id,
        psp_reference,
        merchant_reference
    from internal.ledger_transactions
    union all
    select
        item_id,
        ledger_id,
        psp_reference,
        merchant_reference
    from internal.gateway_transactions

)

select
    moved.leg,
    moved.side,
    case when moved.is_pending then 'pending' else 'no longer pending' end as change,
    moved.currency,
    moved.amount_minor,
    moved.standing_before,
    moved.standing_after,
    moved.due_before_at,
    moved.due_after_at,
    rows.key,
    rows.psp_reference,
    rows.merchant_reference
from moved
left join rows on moved.item_id = rows.item_id
order by moved.leg, moved.side, change, moved.currency, moved.item_id
