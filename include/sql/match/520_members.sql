-- The members of the matches that this run makes, as they will be published.
--
-- Grain:   one row per place in a match.
-- Binds:   leg (text), rule_version (text).
-- Reason:  a rule that nobody numbered is refused, for its number is missing.
create table work_members as
select
    %(leg)s::text as leg,
    work_match_members.match_id,
    work_match_members.statement_item_id,
    work_match_members.ledger_item_id,
    null::bigint as absorbed_minor,
    match_rules.rule_number,
    work_match_members.is_proved
from work_match_members
left join internal.match_rules
    on
        work_match_members.rule = match_rules.rule
        and match_rules.rule_version = %(rule_version)s;
