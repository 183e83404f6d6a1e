-- The members of the matches that this run makes, as they will be published.
--
-- Grain:   one row per place in a match.
-- Binds:   leg (text), rules, rule_versions (text[], of equal length).
-- Reason:  a rule that nobody numbered is refused, for its number is missing.
create table work_members as
select
    %(leg)s::text as leg,
    work_match_members.match_id,
    work_match_members.statement_item_id,
    work_match_members.ledger_item_id,
    work_match_members.absorbed_minor,
    numbered.rule_number,
    work_match_members.is_proved
from work_match_members
left join (
    select
        match_rules.rule,
        match_rules.rule_number
    from internal.match_rules
    inner join unnest(%(rules)s::text[], %(rule_versions)s::text[]) as used (rule, rule_version)
        on match_rules.rule = used.rule and match_rules.rule_version = used.rule_version
) as numbered on work_match_members.rule = numbered.rule;
