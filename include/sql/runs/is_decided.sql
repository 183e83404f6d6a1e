-- Is what the matching decided still in the workspace?
--
-- Grain:   one row.
-- Binds:   none; the workspace is first in the search path.
select to_regclass('work_discrepancies') is not null as is_decided
