-- Which due rows have the references left over, on days on which the two sides may add up?
--
-- Grain:   one row per statement line or ledger row; its day is the booking of a line, and the
--          settlement day of a ledger row.
-- Binds:   as_of (timestamptz), covered_through (date).
-- Reason:  without a reference only rows that are all due and covered are compared, and only where a
--          row of one side names no payment: two different references never are of one event. So
--          where both sides name their payments nothing more is looked at.
create unlogged table work_left_over_rows as
with

due as (

    select
        side,
        item_id,
        case side when 'statement' then dated_on else due_on end as day,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        payment_key like 'merchant:%%' or payment_key like 'line:%%' or payment_key like 'ledger:%%'
            as may_be_unnamed
    from work_hard
    where state is null and moves_money and amount_minor <> 0 and is_due
    union all
    select
        'ledger',
        item_id,
        due_on,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        not coalesce(has_psp_reference, false)
    from work_unanswered_ledger_rows
    where
        dated_at < %(as_of)s
        and due_at <= %(as_of)s
        and due_on <= %(covered_through)s
        and amount_minor <> 0

),

days as (

    select
        day,
        currency
    from due
    group by day, currency
    having
        count(*) filter (where side = 'statement') > 0
        and count(*) filter (where side = 'ledger') > 0
        and bool_or(may_be_unnamed)

)

select
    due.side,
    due.item_id,
    due.day,
    due.currency,
    due.amount_minor,
    due.economic_type,
    due.event_reference,
    due.dated_at
from due
inner join days on due.day = days.day and due.currency = days.currency;
