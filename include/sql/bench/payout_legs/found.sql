-- What was found of the payouts?
--
-- Grain:   one row per kind.
select
    kind,
    count(*) as rows
from {leg}.work_discrepancies
group by kind
order by kind;
