-- The rules that have made a match.
--
-- Grain:   one row per rule and version.
-- Binds:   none.
select * from internal.match_rules
