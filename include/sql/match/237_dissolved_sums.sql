-- Why are rows open again that were matched by their sum?
--
-- Grain:   adds to the note of each row of such a match, or makes one.
-- Binds:   account_id (integer), leg (text).
with

members as (

    select
        provisional.match_id,
        provisional.side,
        provisional.item_id,
        work_hard.state,
        coalesce(work_hard.state = 'matched' and work_hard.rule = 'only_sum', false) as is_sum,
        provisional.item_id in (select item_id from work_replaced_items) as is_replaced,
        work_hard.item_id is null
        and provisional.item_id not in (select item_id from work_unanswered_ledger_rows) as is_elsewhere
    from internal.provisional_members as provisional
    left join work_hard
        on
            provisional.side = work_hard.side
            and provisional.item_id = work_hard.item_id
    where provisional.account_id = %(account_id)s and provisional.leg = %(leg)s

),

reasons as (

    select
        match_id,
        case
            when bool_or(is_replaced) then 'a row of it was changed or withdrawn'
            when bool_or(is_elsewhere or (state = 'matched' and not is_sum))
                then 'a reference ties a row of it to another'
            when bool_or(state = 'ambiguous') then 'another sum fits as well'
            else 'it is no longer the only sum'
        end as reason
    from members
    group by match_id
    having not bool_and(is_sum)

),

dissolved as (

    select
        members.side,
        members.item_id,
        'was matched by its sum, but ' || reasons.reason as note
    from members
    inner join reasons on members.match_id = reasons.match_id
    where not members.is_sum

),

added as (

    update work_sum_notes set note = work_sum_notes.note || '; ' || dissolved.note
    from dissolved
    where
        work_sum_notes.side = dissolved.side
        and work_sum_notes.item_id = dissolved.item_id
    returning work_sum_notes.side, work_sum_notes.item_id

)

insert into work_sum_notes (side, item_id, note)
select
    side,
    item_id,
    note
from dissolved
where not exists (
    select from added
    where added.side = dissolved.side and added.item_id = dissolved.item_id
);
