-- The matches that this run makes: plain pairs and those of the passes, without those that were there.
--
-- Grain:   one row per place in a match: its first line stands with its first ledger row, and so on.
create view work_match_members as
select
    match_id,
    1::bigint as place,
    statement_item_id,
    ledger_item_id,
    case when has_same_event then 'event_reference' else 'payment_and_amount' end as rule,
    true as is_proved,
    null::bigint as absorbed_minor
from work_plain_pairs
where
    match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
union all
select
    match_id,
    place,
    max(item_id) filter (where side = 'statement'),
    max(item_id) filter (where side = 'ledger'),
    min(match_rule),
    bool_and(has_amounts),
    -- Said once, with the first of its members.
    case place when 1 then max(absorbed_minor) end
from (
    select
        match_id,
        side,
        item_id,
        min(rule) over (partition by match_id) as match_rule,
        absorbed_minor,
        bool_and(amount_minor is not null) over (partition by match_id) as has_amounts,
        row_number() over (partition by match_id, side order by item_id) as place
    from work_hard
    where
        state = 'matched'
        and match_id not in (
            select decided_match_id from work_existing_matches where decided_match_id is not null
        )
) as members
group by match_id, place;
