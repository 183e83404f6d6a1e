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

create view work_match_members as
select
    match_id,
    'statement' as side,
    statement_item_id as item_id
from work_plain_pairs
where
    match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
union all
select
    match_id,
    'ledger',
    ledger_item_id
from work_plain_pairs
where
    match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    )
union all
select
    match_id,
    side,
    item_id
from work_hard
where
    state = 'matched'
    and match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    );
