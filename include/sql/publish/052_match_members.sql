-- Brings the new matches into force; the keys refuse a row that is matched already.
--
-- Binds:   run_number (bigint), rule_version (text), volume (bigint).
-- Reason:  a rule that nobody numbered is refused, for its number is missing.
insert into internal.match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, rule_number, is_proved,
    volume
)
select
    'ledger_statement',
    work_match_members.match_id,
    work_match_members.statement_item_id,
    work_match_members.ledger_item_id,
    %(run_number)s,
    match_rules.rule_number,
    work_match_members.is_proved,
    %(volume)s
from work_match_members
left join internal.match_rules
    on
        work_match_members.rule = match_rules.rule
        and match_rules.rule_version = %(rule_version)s;
