-- Of a line that several accepted reads hold, the version of the latest read.
--
-- Grain:   one row per line.
-- Reason:  reads of an API overlap by a look-back; while an account is paused several wait.
create view work_latest_lines as
select distinct on (line_scope, line_key, occurrence) *
from work_statement_lines
order by line_scope, line_key, occurrence, statement_id desc;
