-- The delivery's lines join the staged ones.
--
-- Grain:   one row per line, added to work_statement_lines.
-- Binds:   none. Both tables have the same columns in the same order.
insert into work_statement_lines
select * from work_new_lines
