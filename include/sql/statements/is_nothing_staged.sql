-- Is there no staged line yet?
--
-- Grain:   one row.
-- Binds:   none.
select not exists (select from work_statement_lines) as is_flagged
