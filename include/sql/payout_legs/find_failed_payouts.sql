-- Payouts that came back after they were paid, and that no later payout carries.
--
-- Grain:   one finding per batch and currency.
-- Binds:   as_of (timestamptz).
-- Reason:  the lines are owed again, so the difference is told by what waits: the delta is 0. A batch is
--          paid again by a payout of its own; a running balance by any payout that follows. A statement
--          that sums to 0 pays it with its own payout, or carries it out to one that follows. Where
--          payouts have no row, what came back is a line of the payout that carries it, once there is one.
with

failed as (

    select
        nextval('internal.item_ids') as finding_no,
        waterfalls.*
    from work_waterfalls_now as waterfalls
    where
        waterfalls.returned_minor > 0
        and waterfalls.last_returned_at < %(as_of)s
        and case (select basis from work_payout_leg)
            when 'running_balance'
                then not exists (
                    select from work_waterfalls_now as later
                    where
                        later.currency = waterfalls.currency
                        and later.last_paid_at > waterfalls.last_returned_at
                )
            when 'statement'
                then
                    waterfalls.carried_out_minor > 0
                    and not exists (
                        select from work_waterfalls_now as later
                        where
                            later.currency = waterfalls.currency
                            and later.batch <> waterfalls.batch
                            and later.last_paid_at > waterfalls.last_returned_at
                    )
            when 'sum_of_lines' then waterfalls.batch = ''
            else waterfalls.paid_minor < waterfalls.net_minor
        end

),

found as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, payment_key, economic_type, lead_side,
        lead_item_id, detail
    )
    select
        finding_no,
        'payout_failed',
        currency,
        0,
        returned_minor,
        batch,
        'payout ' || currency,
        'statement',
        item_id,
        'payout ' || coalesce(nullif(array_to_string(payout_references, ', '), '') || ' ', '') || 'of '
        || internal.money_text(returned_minor, currency) || ' came back on '
        || to_char(timezone('UTC', last_returned_at), 'YYYY-MM-DD') || ': its lines are owed again'
    from failed

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    'failed payout' || chr(31) || batch || chr(31) || currency
from failed;
