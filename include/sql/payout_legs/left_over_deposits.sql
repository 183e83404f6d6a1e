-- Which deposits that name no payout, and which payouts, may add up to each other?
--
-- Grain:   one row per line of the bank or payout that is due, covered and left over.
-- Binds:   as_of (timestamptz), covered_through (date).
-- Reason:  without a reference only rows that are all due and covered are compared. A deposit comes on
--          some day between the payout and its due day, so that days are not told apart.
create unlogged table work_left_over_rows as
with

due as (

    select
        side,
        item_id,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        payment_key like 'line:%%' or payment_key like 'ledger:%%' as may_be_unnamed
    from work_hard
    where state is null and moves_money and amount_minor <> 0 and is_due
    union all
    select
        'ledger',
        item_id,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        payment_key like 'ledger:%%'
    from work_unanswered_ledger_rows
    where dated_at < %(as_of)s and due_at <= %(as_of)s and due_on <= %(covered_through)s and amount_minor <> 0

),

open_currencies as (

    select currency
    from due
    group by currency
    having
        count(*) filter (where side = 'statement') > 0
        and count(*) filter (where side = 'ledger') > 0
        and bool_or(may_be_unnamed)

)

select
    due.side,
    due.item_id,
    'due' as day,
    null::text as batch,
    due.currency,
    due.amount_minor,
    due.economic_type,
    due.event_reference,
    due.dated_at
from due
inner join open_currencies on due.currency = open_currencies.currency;
