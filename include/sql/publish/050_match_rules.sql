-- Numbers the rules that this run used for the first time.
--
-- Binds:   rule_version (text).
insert into internal.match_rules (rule, rule_version)
select distinct
    rule,
    %(rule_version)s
from work_match_members
order by rule
on conflict do nothing;
