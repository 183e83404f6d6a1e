-- The staged lines, where no two statements can hold the same one.
create view work_latest_lines as
select * from work_statement_lines;
