-- Are the statements that wait to come into force those that were staged?
--
-- Grain:   one row.
-- Binds:   account_id (integer).
select
    coalesce(array_agg(waiting.statement_id), '{}') is not distinct from coalesce(array_agg(staged.statement_id), '{}')
        as is_staged
from (
    select statement_id from internal.statements
    where account_id = %(account_id)s and state = 'accepted'
) as waiting
full join work_staged_statements as staged
    on waiting.statement_id = staged.statement_id
