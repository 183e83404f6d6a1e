-- What a run says of payouts: those that it touched, and those that are not explained, as waterfalls.
--
-- Grain:   one row per batch and currency. {{lines}} is the part of the workspace of statement_payout.
-- Binds:   account_id (integer).
-- Reason:  the report and the proof are written when the part is gone. A running balance begins with
--          what the days before it left.
create table work_told_payouts as
with

batches as (

    select
        true as is_touched,
        changes.batch,
        changes.currency,
        legs.basis,
        changes.payout_references,
        changes.lines,
        changes.payouts,
        changes.booked_on,
        changes.last_paid_at,
        changes.carried_in_minor,
        changes.captures_minor,
        changes.refunds_minor,
        changes.chargebacks_minor,
        changes.processing_fees_minor,
        changes.scheme_fees_minor,
        changes.reserve_held_minor,
        changes.reserve_released_minor,
        changes.deductions_minor,
        changes.fx_minor,
        changes.adjustments_minor,
        changes.carried_out_minor,
        changes.paid_out_minor,
        changes.payout_fees_minor,
        changes.returned_minor,
        changes.net_minor,
        changes.paid_minor
    from {lines}.work_waterfall_changes as changes
    cross join {lines}.work_payout_leg as legs
    where changes.change <> 'withdrawn'
    union all
    select
        false,
        known.batch,
        known.currency,
        known.basis,
        known.payout_references,
        known.lines,
        known.payouts,
        known.booked_on,
        known.last_paid_at,
        known.carried_in_minor,
        known.captures_minor,
        known.refunds_minor,
        known.chargebacks_minor,
        known.processing_fees_minor,
        known.scheme_fees_minor,
        known.reserve_held_minor,
        known.reserve_released_minor,
        known.deductions_minor,
        known.fx_minor,
        known.adjustments_minor,
        known.carried_out_minor,
        known.paid_out_minor,
        known.payout_fees_minor,
        known.returned_minor,
        known.net_minor,
        known.paid_minor
    from internal.payout_waterfalls as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.net_minor <> known.paid_minor
        and known.basis <> 'running_balance'
        -- A sum of lines is never left over: it is told when it changes.
        and (known.basis <> 'sum_of_lines' or known.batch = '')
        and not (select begins from {lines}.work_leg)
        and known.item_id not in (
            select old_item_id from {lines}.work_waterfall_changes where old_item_id is not null
        )

),

with_balances as (

    select
        batches.*,
        case batches.basis
            when 'running_balance'
                then
                    coalesce((
                        select sum(known.net_minor - known.paid_minor)
                        from internal.payout_waterfalls as known
                        where
                            known.account_id = %(account_id)s
                            and known.last_run_number is null
                            and known.basis = 'running_balance'
                            and known.currency = batches.currency
                            and known.booked_on < batches.booked_on
                            and not (select begins from {lines}.work_leg)
                            and known.item_id not in (
                                select old_item_id from {lines}.work_waterfall_changes where old_item_id is not null
                            )
                    ), 0)::bigint
                    + coalesce(sum(batches.net_minor - batches.paid_minor) over earlier, 0)::bigint
            else 0
        end as balance_before_minor,
        case
            when batches.basis = 'running_balance' then 'running_balance'
            when batches.basis = 'sum_of_lines' and batches.batch <> '' and batches.net_minor <> batches.paid_minor
                then 'sum_of_lines'
            when batches.basis = 'sum_of_lines' and batches.net_minor = batches.paid_minor and batches.payouts = 0
                then 'nothing_to_pay'
            when batches.basis = 'sum_of_lines' and batches.batch = '' and batches.returned_minor > 0 then 'failed'
            when batches.basis = 'sum_of_lines' and batches.batch = '' then 'not_paid_out'
            when batches.paid_minor = batches.net_minor and batches.payouts > 0 then 'explained'
            when batches.paid_minor = 0 and batches.net_minor = 0 then 'nothing_to_pay'
            when batches.paid_minor = 0 and batches.returned_minor > 0 then 'failed'
            when batches.paid_minor = 0 then 'not_paid_out'
            else 'unexplained'
        end as state
    from batches
    window earlier as (
        partition by batches.basis, batches.currency
        order by batches.booked_on, batches.batch
        rows between unbounded preceding and 1 preceding
    )

)

select
    batch,
    currency,
    basis,
    state,
    array_to_string(payout_references, ', ') as payout_references,
    lines,
    payouts,
    booked_on,
    last_paid_at as paid_at,
    balance_before_minor + carried_in_minor as carried_in_minor,
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
    -payout_fees_minor as payout_fees_minor,
    -paid_out_minor - case when state = 'sum_of_lines' then net_minor - paid_minor else 0 end as payout_minor,
    carried_out_minor
    + case
        when state in ('running_balance', 'failed', 'not_paid_out') then balance_before_minor + net_minor - paid_minor
        else 0
    end as carried_out_minor,
    case when state = 'unexplained' then net_minor - paid_minor else 0 end as unexplained_minor,
    'not_configured'::text as bank_state,
    is_touched
from with_balances;
