-- Brings new claims of bank lines into force; the key refuses a line that another account claims.
--
-- Grain:   one row per line.
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.claimed_deposits (
    item_id, line_item_id, account_id, payout_reference, currency, amount_minor, booked_on, first_run_number
)
select
    item_id,
    line_item_id,
    %(account_id)s,
    payout_reference,
    currency,
    amount_minor,
    booked_on,
    %(run_number)s
from work_claim_changes
where change <> 'withdrawn';
