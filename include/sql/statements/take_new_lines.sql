-- The delivery's lines become the staged ones.
--
-- Grain:   no rows; a table takes another one's place.
-- Binds:   none. For an empty work_statement_lines.
drop table work_statement_lines;
alter table work_new_lines rename to work_statement_lines
