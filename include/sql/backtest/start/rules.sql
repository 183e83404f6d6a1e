-- Takes over the accounts, and the rules that have made a match.
--
-- Grain:   one row per account and per rule.
insert into internal.accounts overriding system value
select * from history.accounts;

insert into internal.match_rules overriding system value
select * from history.match_rules;

select setval(pg_get_serial_sequence('internal.match_rules', 'rule_number'), max(rule_number))
from internal.match_rules;
