-- How many discrepancies of each sort does each cause claim?
--
-- Grain:   one row per sort and cause.
-- Binds:   none.
select
    faults.sort,
    causes.cause,
    count(*) as discrepancies
from work_faults as faults
inner join work_finding_ids as ids on faults.number = ids.finding_no
inner join work_causes as causes on ids.discrepancy_id = causes.discrepancy_id and causes.is_claimed
group by faults.sort, causes.cause
order by faults.sort, causes.cause
