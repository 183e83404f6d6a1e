-- The canonical lines of a statement.
--
-- Grain:   one row per line, in the order of the file.
-- Binds:   statement_id (bigint).
select *
from work_statement_lines
where statement_id = %(statement_id)s
order by row_number, item_id
