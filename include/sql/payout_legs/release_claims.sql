-- Ends the claims of an account that has no rule any more: others may claim those lines of the bank.
--
-- Grain:   updates claims in force, and those that another account took over.
-- Binds:   account_id (integer), run_number (bigint).
update internal.claimed_deposits set
    last_run_number = %(run_number)s,
    taken_by_account_id = null
where account_id = %(account_id)s and (last_run_number is null or taken_by_account_id is not null);
