-- Reserves that are held longer than they may be.
--
-- Grain:   one finding per currency.
-- Binds:   account_id (integer), as_of (timestamptz), zone (text), reserve_days (integer).
-- Reason:  what is given free is the oldest of what was held. No money is missing from the proof: the
--          delta is 0.
with

days as (

    select
        currency,
        booked_on,
        held_minor,
        released_minor
    from internal.reserve_days
    where account_id = %(account_id)s and not (select begins from work_leg)
    union all
    select
        currency,
        detail::date,
        case when term = 'reserve_held' then -net_minor - costs_minor else 0 end,
        case when term = 'reserve_released' then net_minor + costs_minor else 0 end
    from work_waterfall_moves
    where term in ('reserve_held', 'reserve_released')

),

held as (

    select
        currency,
        sum(held_minor) filter (
            where booked_on + %(reserve_days)s < timezone(%(zone)s, %(as_of)s)::date
        ) as due_minor,
        sum(released_minor) as released_minor,
        min(booked_on) filter (where held_minor <> 0) as first_held_on
    from days
    where booked_on <= timezone(%(zone)s, %(as_of)s)::date
    group by currency

),

overdue as (

    select
        nextval('internal.item_ids') as finding_no,
        currency,
        (due_minor - released_minor)::bigint as overdue_minor,
        first_held_on
    from held
    where due_minor > released_minor

),

found as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, economic_type, detail
    )
    select
        finding_no,
        'reserve_overdue',
        currency,
        0,
        overdue_minor,
        'reserve',
        internal.money_text(overdue_minor, currency) || ' of the reserve held since ' || first_held_on
        || ' is held longer than ' || %(reserve_days)s::integer || ' days'
    from overdue

)

insert into work_finding_keys (finding_no, member_key)
select
    finding_no,
    'reserve' || chr(31) || currency
from overdue;
