-- Keeps the members of matches that this run dissolves.
--
-- Binds:   run_number (bigint).
insert into internal.dissolved_match_members (leg, side, item_id, match_id, dissolved_run_number)
select
    match_members.leg,
    members.side,
    members.item_id,
    match_members.match_id,
    %(run_number)s
from work_existing_matches
inner join internal.match_members on work_existing_matches.match_id = match_members.match_id
cross join lateral (
    values
    ('statement', match_members.statement_item_id),
    ('ledger', match_members.ledger_item_id)
) as members (side, item_id)
where work_existing_matches.decided_match_id is null and members.item_id is not null;
