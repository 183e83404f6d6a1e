-- Ends the versions of expected deposits that this run replaces; of a leg that begins, all that were left.
--
-- Grain:   updates expected deposits in force.
-- Binds:   account_id (integer), run_number (bigint).
update internal.expected_deposits set last_run_number = %(run_number)s
where
    account_id = %(account_id)s
    and last_run_number is null
    and (
        (select begins from work_leg)
        or item_id in (select old_item_id from work_expected_changes)
    );
