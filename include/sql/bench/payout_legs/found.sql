-- What was found of the payouts?
--
-- Grain:   one row per kind of the leg whose part of the workspace is searched.
select
    kind,
    count(*) as rows
from work_discrepancies
group by kind
order by kind;
