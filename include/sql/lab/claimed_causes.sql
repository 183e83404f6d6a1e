-- Which cause is claimed of each discrepancy that is open at the heads?
--
-- Grain:   one row per discrepancy, of which a cause is claimed.
select
    discrepancy_id,
    kind,
    cause
from reconciliation.cause_members
where is_head and is_claimed
order by discrepancy_id, kind
