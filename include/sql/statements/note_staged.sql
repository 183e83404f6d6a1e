-- Which statements are staged, and with how many lines?
--
-- Grain:   one row per statement that is proved and not in force, also of one without a line.
-- Binds:   account_id (integer).
-- Reason:  counted before the transaction ends: whoever looks at a row first after that notes on it that it
--          is there, which takes longer than counting.
create table work_staged_statements as
select
    statements.statement_id,
    coalesce(staged.lines, 0) as lines
from internal.statements
left join (
    select
        statement_id,
        count(*) as lines
    from work_statement_lines
    group by statement_id
) as staged
    on statements.statement_id = staged.statement_id
where statements.account_id = %(account_id)s and statements.state = 'accepted'
