-- Does the file state an opening and a closing balance?
--
-- Grain:   one row.
-- Binds:   none.
select
    count(*) filter (where type = 'opening') > 0
    and count(*) filter (where type = 'closing') > 0 as is_flagged
from work_types
