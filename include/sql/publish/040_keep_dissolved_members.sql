-- Keeps the members of matches that this run dissolves, as they were.
--
-- Binds:   leg (text), run_number (bigint).
insert into internal.dissolved_match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, absorbed_minor, rule_number,
    is_proved, dissolved_run_number
)
select
    match_members.leg,
    match_members.match_id,
    match_members.statement_item_id,
    match_members.ledger_item_id,
    match_members.first_run_number,
    match_members.absorbed_minor,
    match_members.rule_number,
    match_members.is_proved,
    %(run_number)s
from work_existing_matches
inner join internal.match_members on work_existing_matches.match_id = match_members.match_id
where work_existing_matches.decided_match_id is null and match_members.leg = %(leg)s;
