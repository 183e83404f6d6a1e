-- Notes which statements the run brings into force.
--
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.run_inputs (run_number, statement_id)
select
    %(run_number)s,
    statement_id
from internal.statements
where account_id = %(account_id)s and state = 'accepted';
