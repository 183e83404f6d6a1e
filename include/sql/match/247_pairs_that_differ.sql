-- Which events that both sides know have other fees or taxes, or may be on another day?
--
-- Grain:   one row per pair.
create unlogged table work_differing_pairs as
select *
from work_pairs
where may_differ;
