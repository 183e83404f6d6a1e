-- Notes which statements the staged lines are of, also those without a line.
--
-- Grain:   one row per statement that is proved and not in force.
-- Binds:   account_id (integer).
create unlogged table work_staged_statements as
select
    statement_id,
    lines
from internal.statements
where account_id = %(account_id)s and state = 'accepted'
