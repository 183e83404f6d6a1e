-- Ends claims of bank lines that are replaced or claimed no more; of a leg that begins, all that were left.
--
-- Grain:   updates claims in force, and those that another account took over.
-- Binds:   account_id (integer), run_number (bigint).
update internal.claimed_deposits set
    last_run_number = %(run_number)s,
    taken_by_account_id = null
where
    account_id = %(account_id)s
    and (last_run_number is null or taken_by_account_id is not null)
    and (
        (select begins from work_leg)
        or item_id in (select old_item_id from work_claim_changes)
    );
