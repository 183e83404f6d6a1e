-- Numbers the rules that were never numbered in this version.
--
-- Binds:   rules, rule_versions (text[], of equal length).
-- Reason:  a conflict would use up a number of the few that there are.
insert into internal.match_rules (rule, rule_version)
select
    rule,
    rule_version
from unnest(%(rules)s::text[], %(rule_versions)s::text[]) as used (rule, rule_version)
where
    not exists (
        select from internal.match_rules
        where match_rules.rule = used.rule and match_rules.rule_version = used.rule_version
    )
order by rule
on conflict do nothing;
