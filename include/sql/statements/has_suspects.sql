-- Does a group of raw rows need a closer look?
--
-- Grain:   one row.
-- Binds:   none.
select bool_or(is_suspect) as is_flagged
from work_control
