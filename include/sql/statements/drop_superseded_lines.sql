-- Lines of statements that no longer wait.
--
-- Grain:   deletes lines.
-- Binds:   superseded (bigint[]): statement ids.
delete from work_statement_lines
where statement_id = any(%(superseded)s::bigint[])
