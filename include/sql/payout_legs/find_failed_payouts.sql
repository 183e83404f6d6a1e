-- Payouts that came back after they were paid, and how much of them no later payout carries.
--
-- Grain:   one finding per batch and currency.
-- Binds:   as_of (timestamptz).
-- Reason:  the lines are owed again, so the difference is told by what waits: the delta is 0. Owed is of a
--          batch what its lines are above its payouts; where a statement is a batch, what later ones have
--          neither paid nor offset (carried_money); of a running balance, what no payout that
--          follows has paid, the last first. A positive payout on a running
--          balance may be a debit of what we owed: it came back where as much had been paid out, or
--          stays in our favour. Where payouts have no row, what came back is a line of the payout
--          that carries it, once there is one.
with

running as (

    select
        *,
        least(
            returned_minor,
            greatest(
                sum(net_minor - paid_minor) over days,
                sum(paid_out_minor - returned_minor) over days + returned_minor,
                0
            )
        )::bigint as came_back_minor
    from work_waterfalls_now
    where (select basis from work_payout_leg) = 'running_balance'
    window days as (partition by currency order by booked_on, batch)

),

paid_back as (

    -- On the day itself the last time tells which came first.
    select
        item_id,
        currency,
        booked_on,
        batch,
        paid_out_minor - same_day_minor as paid_minor,
        came_back_minor - same_day_minor as came_back_minor
    from (
        select
            *,
            case when last_paid_at > last_returned_at then least(paid_out_minor, came_back_minor) else 0 end
                as same_day_minor
        from running
    ) as of_days

),

steps as (

    select
        *,
        internal.carried(paid_minor, came_back_minor, false) over (
            partition by currency
            order by booked_on, batch
        ) as balances
    from paid_back

),

still_owed as (

    select
        item_id,
        least(
            balances[2],
            -- Backwards, since a frame that begins after its row is read anew for each.
            min(balances[1]) over (
                partition by currency
                order by booked_on desc, batch desc
                rows between unbounded preceding and 1 preceding
            )
        ) - balances[1] as owed_minor
    from steps
    union all
    select
        item_id,
        owed_minor
    from work_carried_money

),

failed as (

    select
        nextval('internal.item_ids') as finding_no,
        waterfalls.*,
        owed.minor as owed_minor
    from work_waterfalls_now as waterfalls
    left join still_owed on waterfalls.item_id = still_owed.item_id
    cross join lateral (
        select
            case (select basis from work_payout_leg)
                when 'reference' then least(waterfalls.returned_minor, waterfalls.net_minor - waterfalls.paid_minor)
                when 'sum_of_lines' then case when waterfalls.batch = '' then waterfalls.returned_minor end
                else still_owed.owed_minor
            end as minor
    ) as owed
    where
        waterfalls.returned_minor > 0
        and waterfalls.last_returned_at < %(as_of)s
        and owed.minor > 0

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
        owed_minor,
        batch,
        'payout ' || currency,
        'statement',
        item_id,
        'payout ' || coalesce(nullif(array_to_string(payout_references, ', '), '') || ' ', '') || 'of '
        || internal.money_text(returned_minor, currency) || ' came back on '
        || to_char(timezone('UTC', last_returned_at), 'YYYY-MM-DD') || ': its lines are owed again'
        || case
            when owed_minor < returned_minor
                then '; ' || internal.money_text(owed_minor, currency) || ' of it is still owed'
            else ''
        end
    from failed

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    'failed payout' || chr(31) || batch || chr(31) || currency
from failed;
