-- Numbers the rules of a matcher that runs for the first time.
--
-- Binds:   rules (text[]), rule_version (text).
insert into internal.match_rules (rule, rule_version)
select
    rule,
    %(rule_version)s
from unnest(%(rules)s::text[]) as rules (rule)
order by rule
on conflict do nothing;
