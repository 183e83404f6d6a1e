-- Are the staged lines, all of them, new versions that this run brings into force?
--
-- Grain:   one row.
-- Binds:   none.
-- Reason:  lines of one read that had nothing to be compared with are so, without a count of them.
select
    case
        when to_regclass('work_compared_lines') is null and (select count(*) from work_staged_statements) < 2
            then true
        else
            (select count(*) from work_statement_lines) = (
                select count(*) from work_line_changes
                where change = 'new'
            )
    end as is_so;
