-- Of how many batches is there a waterfall, and which of them does not close, or is not explained?
--
-- Grain:   one row per PSP account whose payouts are explained.
select
    psp,
    account,
    count(*) as batches,
    array_agg(batch || ' ' || currency || ' ' || state order by batch, currency) filter (
        where
        unexplained_minor <> 0
        or carried_in_minor + captures_minor + refunds_minor + chargebacks_minor + processing_fees_minor
        + scheme_fees_minor + reserve_held_minor + reserve_released_minor + deductions_minor + fx_minor
        + adjustments_minor + returned_minor + payout_fees_minor + payout_minor
        <> carried_out_minor + unexplained_minor
        -- Each batch of the lab pays out all that it has, or carries out all of it.
        or state not in ('explained', 'nothing_to_pay')
    ) as not_closed
from reconciliation.payouts
group by psp, account
order by psp, account
