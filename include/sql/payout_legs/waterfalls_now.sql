-- The waterfalls as this run leaves them: those that it changes, and all others in force.
create view work_waterfalls_now as
select
    item_id,
    batch,
    currency,
    last_paid_at,
    last_returned_at,
    last_booked_at,
    booked_on,
    payouts,
    carried_in_minor,
    carried_out_minor,
    paid_out_minor,
    returned_minor,
    net_minor,
    paid_minor,
    payout_references
from work_waterfall_changes
where change <> 'withdrawn'
union all
select
    item_id,
    batch,
    currency,
    last_paid_at,
    last_returned_at,
    last_booked_at,
    booked_on,
    payouts,
    carried_in_minor,
    carried_out_minor,
    paid_out_minor,
    returned_minor,
    net_minor,
    paid_minor,
    payout_references
from internal.payout_waterfalls
where
    account_id = (select account_id from work_leg)
    and last_run_number is null
    and not (select begins from work_leg)
    and item_id not in (select old_item_id from work_waterfall_changes where old_item_id is not null);
