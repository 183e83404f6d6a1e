-- The payouts that the run speaks of, as the workbook shows them: what is not explained comes first.
--
-- Grain:   one row per batch and currency.
-- Binds:   rows_max (bigint).
select
    case when state in ('running_balance', 'nothing_to_pay') then batch else coalesce(nullif(payout_references, ''), batch) end
        as payout,
    batch,
    currency,
    state,
    bank_state,
    paid_at,
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
    returned_minor,
    payout_fees_minor,
    payout_minor,
    carried_out_minor,
    unexplained_minor,
    lines,
    payouts,
    basis,
    payout_minor as payout_whole,
    unexplained_minor as unexplained_whole
from work_told_payouts
order by abs(unexplained_minor) desc, state = 'failed' desc, bank_state like '%%missing%%' desc, batch, currency
limit %(rows_max)s
