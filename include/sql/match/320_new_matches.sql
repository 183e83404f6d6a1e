-- The matches that this run makes: plain pairs and those of the passes, without those that were there.
--
-- Grain:   one row per new match.
create view work_match_headers as
select
    match_id,
    case
        when statement_event_reference = ledger_event_reference then 'event_reference'
        else 'payment_and_amount'
    end as rule,
    true as is_proved
from work_plain_pairs
where
    match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
union all
select
    match_id,
    min(rule),
    bool_and(amount_minor is not null)
from work_hard
where
    state = 'matched'
    and match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
group by match_id;

-- Members stand side by side: the first line of a match with its first ledger row, and so on.
create view work_match_members as
select
    match_id,
    statement_item_id,
    ledger_item_id
from work_plain_pairs
where
    match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
union all
select
    match_id,
    max(item_id) filter (where side = 'statement'),
    max(item_id) filter (where side = 'ledger')
from (
    select
        match_id,
        side,
        item_id,
        row_number() over (partition by match_id, side order by item_id) as place
    from work_hard
    where
        state = 'matched'
        and match_id not in (
            select decided_match_id from work_existing_matches where decided_match_id is not null
        )
) as members
group by match_id, place;
