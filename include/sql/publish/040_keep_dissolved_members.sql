-- Keeps the members of matches that this run dissolves.
--
-- Binds:   run_number (bigint).
insert into internal.dissolved_match_members (leg, side, item_id, match_id, dissolved_run_number)
select
    match_members.leg,
    match_members.side,
    match_members.item_id,
    match_members.match_id,
    %(run_number)s
from work_existing_matches
inner join internal.match_members on work_existing_matches.match_id = match_members.match_id
where work_existing_matches.decided_match_id is null;
