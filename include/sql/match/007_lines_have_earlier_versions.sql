-- Is any line in force in the scope of a staged one, so that the two must be compared?
--
-- Grain:   one row.
-- Binds:   account_id (integer).
select exists (
    select
    from (select distinct line_scope from work_statement_lines) as scopes
    where exists (
        select from internal.statement_lines
        where
            statement_lines.account_id = %(account_id)s
            and statement_lines.line_scope = scopes.line_scope
            and statement_lines.last_run_number is null
    )
) as must_compare;
