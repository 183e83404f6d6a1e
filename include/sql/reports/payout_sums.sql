-- What do the waterfalls that the run speaks of come to, step by step?
--
-- Grain:   one row per currency, in minor units of it.
-- Binds:   none; reads the workspace.
select
    currency,
    count(*) as batches,
    sum(carried_in_minor)::bigint as carried_in_minor,
    sum(captures_minor)::bigint as captures_minor,
    sum(refunds_minor)::bigint as refunds_minor,
    sum(chargebacks_minor)::bigint as chargebacks_minor,
    sum(processing_fees_minor)::bigint as processing_fees_minor,
    sum(scheme_fees_minor)::bigint as scheme_fees_minor,
    sum(reserve_held_minor)::bigint as reserve_held_minor,
    sum(reserve_released_minor)::bigint as reserve_released_minor,
    sum(deductions_minor)::bigint as deductions_minor,
    sum(fx_minor)::bigint as fx_minor,
    sum(adjustments_minor)::bigint as adjustments_minor,
    sum(returned_minor)::bigint as returned_minor,
    sum(payout_fees_minor)::bigint as payout_fees_minor,
    sum(payout_minor)::bigint as payout_minor,
    sum(carried_out_minor)::bigint as carried_out_minor,
    sum(unexplained_minor)::bigint as unexplained_minor
from work_told_payouts
group by currency
order by currency
