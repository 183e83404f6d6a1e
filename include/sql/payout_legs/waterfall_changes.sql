-- Which waterfalls are new, changed or gone, and under which numbers are they known from now on?
--
-- Grain:   one row per batch and currency of which something differs.
-- Binds:   account_id (integer), first_item_id (bigint).
create unlogged table work_waterfall_changes as
select
    case
        when waterfalls.lines = 0 and waterfalls.payouts = 0 then 'withdrawn'
        when waterfalls.old_item_id is null then 'new'
        else 'changed'
    end as change,
    %(first_item_id)s::bigint + 2 * row_number() over (order by waterfalls.batch, waterfalls.currency) as item_id,
    %(first_item_id)s::bigint + 2 * row_number() over (order by waterfalls.batch, waterfalls.currency) + 1 as paid_item_id,
    waterfalls.*,
    waterfalls.carried_in_minor + waterfalls.captures_minor + waterfalls.refunds_minor + waterfalls.chargebacks_minor + waterfalls.processing_fees_minor + waterfalls.scheme_fees_minor + waterfalls.reserve_held_minor + waterfalls.reserve_released_minor + waterfalls.deductions_minor + waterfalls.fx_minor + waterfalls.adjustments_minor - waterfalls.carried_out_minor
        as net_minor,
    waterfalls.paid_out_minor + waterfalls.payout_fees_minor - waterfalls.returned_minor as paid_minor,
    known.net_minor as old_net_minor,
    known.paid_minor as old_paid_minor
from work_waterfalls as waterfalls
left join internal.payout_waterfalls as known on waterfalls.old_item_id = known.item_id
where
    (waterfalls.old_item_id is not null or waterfalls.lines > 0 or waterfalls.payouts > 0)
    and (
        known.lines, known.payouts, known.payout_references, known.last_booked_at, known.last_paid_at,
        known.carried_in_minor, known.captures_minor, known.refunds_minor, known.chargebacks_minor, known.processing_fees_minor, known.scheme_fees_minor, known.reserve_held_minor, known.reserve_released_minor, known.deductions_minor, known.fx_minor, known.adjustments_minor, known.carried_out_minor, known.paid_out_minor, known.payout_fees_minor, known.returned_minor
    ) is distinct from (
        waterfalls.lines, waterfalls.payouts, waterfalls.payout_references, waterfalls.last_booked_at,
        waterfalls.last_paid_at,
        waterfalls.carried_in_minor, waterfalls.captures_minor, waterfalls.refunds_minor, waterfalls.chargebacks_minor, waterfalls.processing_fees_minor, waterfalls.scheme_fees_minor, waterfalls.reserve_held_minor, waterfalls.reserve_released_minor, waterfalls.deductions_minor, waterfalls.fx_minor, waterfalls.adjustments_minor, waterfalls.carried_out_minor, waterfalls.paid_out_minor, waterfalls.payout_fees_minor, waterfalls.returned_minor
    );
