-- How each discrepancy stood when it was last seen before the head that the span begins at.
--
-- Grain:   one row per discrepancy.
-- Binds:   account_id (integer), start_run_number (bigint).
-- Reason:  one that comes back counts its episodes.
select distinct on (discrepancy_id) *
from internal.discrepancy_versions
where account_id = %(account_id)s and run_number < %(start_run_number)s
order by discrepancy_id asc, run_number desc
