-- How many lines has the read?
--
-- Grain:   updates the statements given.
-- Binds:   statement_ids (bigint[]).
update internal.statements as statements
set
    lines = (
        select count(*)
        from work_statement_lines as lines
        where lines.statement_id = statements.statement_id
    )
where statements.statement_id = any(%(statement_ids)s::bigint[])
