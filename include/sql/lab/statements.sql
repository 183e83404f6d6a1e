-- What became of the statements that were superseded or refused?
--
-- Grain:   one row per such statement.
select
    psp,
    account,
    statement_file as name,
    state,
    reason_code
from reconciliation.statements
where state <> 'in_force'
order by psp, account, statement_file, state
