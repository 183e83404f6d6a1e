-- Brings the accepted statements into force.
--
-- Binds:   account_id (integer), run_number (bigint).
update internal.statements set
    state = 'in_force',
    first_run_number = %(run_number)s
where account_id = %(account_id)s and state = 'accepted';
