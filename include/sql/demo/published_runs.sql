-- How many runs has the warehouse published?
--
-- Grain:   one row.
select count(*) as published_runs
from reconciliation.runs
where is_published
