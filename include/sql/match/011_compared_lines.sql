-- The changes of statement lines, where earlier versions had to be compared.
create view work_line_changes as
select * from work_compared_lines;
