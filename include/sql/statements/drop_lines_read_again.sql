-- Lines that a later statement of the account has as well: the latest one counts.
--
-- Grain:   deletes lines, so that (line_scope, line_key, occurrence) is unique.
-- Binds:   account_id (integer). Nothing is looked through where only one statement waits.
delete from work_statement_lines as lines
using (
    select
        line_key,
        occurrence,
        max(statement_id) as latest_statement_id
    from work_statement_lines
    where
        line_scope = ''
        and (
            select count(*) from internal.statements
            where account_id = %(account_id)s and state = 'accepted'
        ) > 1
    group by line_key, occurrence
    having count(*) > 1
) as again
where
    lines.line_scope = ''
    and lines.line_key = again.line_key
    and lines.occurrence = again.occurrence
    and lines.statement_id < again.latest_statement_id
