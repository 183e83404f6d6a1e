-- More of the reserve is given free than was ever held.
--
-- Grain:   one finding per currency.
-- Binds:   account_id (integer), as_of (timestamptz), zone (text), reserve_days (integer).
-- Reason:  what is given free in the first reserve_days of the account was held before these books, so far
--          as they can tell: it is left out. The lines are on the statement and in their payout: the
--          delta is 0.
with

begun as (

    select min(booked_on) + %(reserve_days)s::integer as told_from
    from work_waterfalls_now

),

days as (

    select
        currency,
        booked_on,
        released_minor,
        held_minor
    from internal.reserve_days
    where account_id = %(account_id)s and not (select begins from work_leg)
    union all
    select
        currency,
        detail::date,
        case when term = 'reserve_released' then net_minor + costs_minor else 0 end,
        case when term = 'reserve_held' then -net_minor - costs_minor else 0 end
    from work_waterfall_moves
    where term in ('reserve_held', 'reserve_released')

),

balances as (

    select
        currency,
        sum(sum(case when booked_on >= begun.told_from then released_minor else 0 end - held_minor)) over (
            partition by currency
            order by booked_on
        ) as above_minor
    from days
    cross join begun
    where booked_on <= timezone(%(zone)s, %(as_of)s)::date
    group by currency, booked_on

),

never_held as (

    select
        nextval('internal.item_ids') as finding_no,
        currency,
        max(above_minor)::bigint as above_minor
    from balances
    group by currency
    having max(above_minor) > 0

),

found as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, economic_type, detail
    )
    select
        finding_no,
        'payout_unexplained',
        currency,
        0,
        above_minor,
        'reserve',
        internal.money_text(above_minor, currency) || ' of the reserve is given free and was never held'
    from never_held

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    'unheld' || chr(31) || currency
from never_held;
