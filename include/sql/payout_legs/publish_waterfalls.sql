-- Brings new versions of waterfalls into force.
--
-- Grain:   one row per batch and currency of which something differs.
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.payout_waterfalls (
    item_id, paid_item_id, account_id, basis, batch, currency, lines, payouts, payout_references,
    last_booked_at, booked_on, last_paid_at, last_returned_at,
    carried_in_minor, captures_minor, refunds_minor, chargebacks_minor, processing_fees_minor, scheme_fees_minor, reserve_held_minor, reserve_released_minor, deductions_minor, fx_minor, adjustments_minor, carried_out_minor, paid_out_minor, payout_fees_minor, returned_minor,
    first_run_number
)
select
    item_id,
    paid_item_id,
    %(account_id)s,
    (select basis from work_payout_leg),
    batch,
    currency,
    lines,
    payouts,
    payout_references,
    last_booked_at,
    booked_on,
    last_paid_at,
    last_returned_at,
    carried_in_minor,
    captures_minor,
    refunds_minor,
    chargebacks_minor,
    processing_fees_minor,
    scheme_fees_minor,
    reserve_held_minor,
    reserve_released_minor,
    deductions_minor,
    fx_minor,
    adjustments_minor,
    carried_out_minor,
    paid_out_minor,
    payout_fees_minor,
    returned_minor,
    %(run_number)s
from work_waterfall_changes
where change <> 'withdrawn';
