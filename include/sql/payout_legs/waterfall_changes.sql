-- Which waterfalls does this run make or change, and under which numbers are they known from now on?
--
-- Grain:   one row per batch and currency of which something differs.
-- Binds:   account_id (integer), zone (text), first_item_id (bigint).
-- Reason:  sums grow by what arrives and shrink by what is gone, so no line is read twice. The
--          time of the last line is the last that was ever seen; of the last payout it is asked again
--          where one is gone. What a payout came to is gross: its fee is apart. A batch
--          without a line any more is withdrawn.
create unlogged table work_waterfall_changes as
with

moves as (

    select
        batch,
        currency,
        coalesce((sum(lines) filter (where term not in ('paid_out', 'returned')))::bigint, 0) as lines,
        coalesce((sum(lines) filter (where term in ('paid_out', 'returned')))::bigint, 0) as payouts,
        max(last_booked_at) as last_booked_at,
        max(last_booked_at) filter (where term = 'paid_out' and lines > 0) as last_paid_at,
        max(last_booked_at) filter (where term = 'returned' and lines > 0) as last_returned_at,
        coalesce(array_agg(detail) filter (where detail is not null and term in ('paid_out', 'returned') and lines > 0), '{}')
            as added_references,
        coalesce(array_agg(detail) filter (where detail is not null and term in ('paid_out', 'returned') and lines < 0), '{}')
            as removed_references,
        coalesce((sum(costs_minor) filter (where term not in ('paid_out', 'returned')))::bigint, 0) as costs_minor,
        coalesce((sum(costs_minor) filter (where term in ('paid_out', 'returned')))::bigint, 0) as payout_fees_minor,
        coalesce(-(sum(net_minor + costs_minor) filter (where term = 'paid_out'))::bigint, 0) as paid_out_minor,
        coalesce(-(sum(net_minor + costs_minor) filter (where term = 'carried_out'))::bigint, 0) as carried_out_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'carried_in'))::bigint, 0) as carried_in_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'captures'))::bigint, 0) as captures_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'refunds'))::bigint, 0) as refunds_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'chargebacks'))::bigint, 0) as chargebacks_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'scheme_fees'))::bigint, 0) as scheme_fees_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'reserve_held'))::bigint, 0) as reserve_held_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'reserve_released'))::bigint, 0) as reserve_released_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'deductions'))::bigint, 0) as deductions_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'fx'))::bigint, 0) as fx_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'adjustments'))::bigint, 0) as adjustments_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'processing_fees'))::bigint, 0) as processing_fees_minor,
        coalesce((sum(net_minor + costs_minor) filter (where term = 'returned'))::bigint, 0) as returned_minor
    from (
        -- They lie nearly so, and a sum after the other takes less memory than all at once.
        select *
        from work_waterfall_moves
        order by batch, currency
    ) as in_order
    group by batch, currency

),

waterfalls as materialized (

    select
        known.item_id as old_item_id,
        known.paid_item_id as old_paid_item_id,
        moves.batch,
        moves.currency,
        coalesce(known.lines, 0) + moves.lines as lines,
        coalesce(known.payouts, 0) + moves.payouts as payouts,
        case
            when known.item_id is null and cardinality(moves.added_references || moves.removed_references) < 2
                then moves.added_references
            else array(
                select distinct given.reference
                from unnest(coalesce(known.payout_references, '{}') || moves.added_references) as given (reference)
                where given.reference <> all(moves.removed_references) or given.reference = any(moves.added_references)
                order by given.reference
            )
        end as payout_references,
        greatest(known.last_booked_at, moves.last_booked_at) as last_booked_at,
        case (select basis from work_payout_leg)
            when 'running_balance' then moves.batch::date
            else timezone(%(zone)s, greatest(known.last_booked_at, moves.last_booked_at))::date
        end as booked_on,
        case
            when times.batch is not null then times.last_paid_at
            else greatest(known.last_paid_at, moves.last_paid_at)
        end as last_paid_at,
        case
            when times.batch is not null then times.last_returned_at
            else greatest(known.last_returned_at, moves.last_returned_at)
        end as last_returned_at,
        coalesce(known.carried_in_minor, 0) + moves.carried_in_minor as carried_in_minor,
        coalesce(known.captures_minor, 0) + moves.captures_minor as captures_minor,
        coalesce(known.refunds_minor, 0) + moves.refunds_minor as refunds_minor,
        coalesce(known.chargebacks_minor, 0) + moves.chargebacks_minor as chargebacks_minor,
        coalesce(known.processing_fees_minor, 0) + moves.processing_fees_minor - moves.costs_minor as processing_fees_minor,
        coalesce(known.scheme_fees_minor, 0) + moves.scheme_fees_minor as scheme_fees_minor,
        coalesce(known.reserve_held_minor, 0) + moves.reserve_held_minor as reserve_held_minor,
        coalesce(known.reserve_released_minor, 0) + moves.reserve_released_minor as reserve_released_minor,
        coalesce(known.deductions_minor, 0) + moves.deductions_minor as deductions_minor,
        coalesce(known.fx_minor, 0) + moves.fx_minor as fx_minor,
        coalesce(known.adjustments_minor, 0) + moves.adjustments_minor as adjustments_minor,
        coalesce(known.carried_out_minor, 0) + moves.carried_out_minor as carried_out_minor,
        coalesce(known.paid_out_minor, 0) + moves.paid_out_minor as paid_out_minor,
        coalesce(known.payout_fees_minor, 0) + moves.payout_fees_minor as payout_fees_minor,
        coalesce(known.returned_minor, 0) + moves.returned_minor as returned_minor
    from moves
    left join internal.payout_waterfalls as known
        on
            known.account_id = %(account_id)s
            and known.basis = (select basis from work_payout_leg)
            and moves.batch = known.batch
            and moves.currency = known.currency
            and known.last_run_number is null
            and not (select begins from work_leg)
    left join work_times_of_payouts as times
        on moves.batch = times.batch and moves.currency = times.currency

)

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
from waterfalls
left join internal.payout_waterfalls as known on waterfalls.old_item_id = known.item_id
where
    (waterfalls.old_item_id is not null or waterfalls.lines > 0 or waterfalls.payouts > 0)
    and (
        known.lines, known.payouts, known.payout_references, known.last_booked_at, known.last_paid_at,
        known.last_returned_at,
        known.carried_in_minor, known.captures_minor, known.refunds_minor, known.chargebacks_minor, known.processing_fees_minor, known.scheme_fees_minor, known.reserve_held_minor, known.reserve_released_minor, known.deductions_minor, known.fx_minor, known.adjustments_minor, known.carried_out_minor, known.paid_out_minor, known.payout_fees_minor, known.returned_minor
    ) is distinct from (
        waterfalls.lines, waterfalls.payouts, waterfalls.payout_references, waterfalls.last_booked_at,
        waterfalls.last_paid_at,
        waterfalls.last_returned_at,
        waterfalls.carried_in_minor, waterfalls.captures_minor, waterfalls.refunds_minor, waterfalls.chargebacks_minor, waterfalls.processing_fees_minor, waterfalls.scheme_fees_minor, waterfalls.reserve_held_minor, waterfalls.reserve_released_minor, waterfalls.deductions_minor, waterfalls.fx_minor, waterfalls.adjustments_minor, waterfalls.carried_out_minor, waterfalls.paid_out_minor, waterfalls.payout_fees_minor, waterfalls.returned_minor
    );
