-- Takes over an account's matches as its head before the span had them, those that were dissolved since too.
--
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none).
insert into internal.match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, absorbed_minor, rule_number,
    is_proved, volume
)
select
    members.leg,
    members.match_id,
    members.statement_item_id,
    members.ledger_item_id,
    members.first_run_number,
    members.absorbed_minor,
    members.rule_number,
    members.is_proved,
    0
from (
    select
        leg, match_id, statement_item_id, ledger_item_id, first_run_number, absorbed_minor, rule_number, is_proved
    from history.match_members
    union all
    select
        leg, match_id, statement_item_id, ledger_item_id, first_run_number, absorbed_minor, rule_number, is_proved
    from history.dissolved_match_members
    where dissolved_run_number > %(start_run_number)s
) as members
inner join history.runs on members.first_run_number = runs.run_number
where runs.account_id = %(account_id)s and runs.run_number <= %(start_run_number)s;

insert into internal.absorbed_differences
select * from history.absorbed_differences
where account_id = %(account_id)s and first_run_number <= %(start_run_number)s;

update internal.absorbed_differences set last_run_number = null
where account_id = %(account_id)s and last_run_number > %(start_run_number)s;

insert into internal.provisional_members (leg, item_id, match_id, account_id, side)
select
    match_members.leg,
    members.item_id,
    match_members.match_id,
    runs.account_id,
    members.side
from internal.match_members
inner join internal.match_rules on match_members.rule_number = match_rules.rule_number
inner join internal.runs on match_members.first_run_number = runs.run_number
cross join lateral (
    values
    ('statement', match_members.statement_item_id),
    ('ledger', match_members.ledger_item_id)
) as members (side, item_id)
where runs.account_id = %(account_id)s and match_rules.rule = 'only_sum' and members.item_id is not null;
