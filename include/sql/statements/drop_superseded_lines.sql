-- Lines of statements that no longer wait, and lines that a later statement has as well.
--
-- Grain:   deletes lines, so that (line_scope, line_key, occurrence) is unique.
-- Binds:   superseded (bigint[]): statement ids.
delete from work_statement_lines as lines
where
    lines.statement_id = any(%(superseded)s::bigint[])
    or (
        lines.line_scope = ''
        and exists (
            select from work_statement_lines as later
            where
                later.line_scope = ''
                and later.line_key = lines.line_key
                and later.occurrence = lines.occurrence
                and later.statement_id > lines.statement_id
        )
    )
