-- Brings new versions of what the bank should show into force.
--
-- Grain:   one row per payout line of which something differs.
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.expected_deposits (
    item_id, payout_item_id, account_id, line_scope, line_key, occurrence, batch, payout_reference, currency,
    amount_minor, moves_money, booked_at, first_run_number
)
select
    item_id,
    payout_item_id,
    %(account_id)s,
    line_scope,
    line_key,
    occurrence,
    batch,
    payout_reference,
    currency,
    amount_minor,
    moves_money,
    booked_at,
    %(run_number)s
from work_expected_changes
where change <> 'vanished';
