-- Makes the table of the rules: which one prices what, and between which bounds.
--
-- Binds:   fee_rules (jsonb: rows of the schedule).
create unlogged table work_fee_rules as
select *
from jsonb_to_recordset(%(fee_rules)s::jsonb) as rules (
    rule_number integer, rule text, currency text, type text, method text, minimum_minor bigint, maximum_minor bigint
);
