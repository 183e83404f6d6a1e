-- Are the staged lines, all of them, new versions that this run brings into force?
--
-- Grain:   one row.
-- Binds:   none.
select
    (select count(*) from work_statement_lines) = (
        select count(*) from work_line_changes
        where change = 'new'
    ) as is_so;
