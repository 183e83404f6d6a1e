-- Is any line in force in a scope that a staged one may have, so that the two must be compared?
--
-- Grain:   one row.
-- Binds:   account_id (integer).
-- Reason:  a line's scope is its statement, or the account.
select exists (
    select
    from (
        select statements.statement_key as line_scope
        from work_staged_statements
        inner join internal.statements on work_staged_statements.statement_id = statements.statement_id
        union all
        select '' as line_scope
    ) as scopes
    where exists (
        select from statement_lines
        where
            statement_lines.account_id = %(account_id)s
            and statement_lines.line_scope = scopes.line_scope
            and statement_lines.last_run_number is null
    )
) as must_compare;
