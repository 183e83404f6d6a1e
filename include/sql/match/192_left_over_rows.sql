-- Which due rows have the references left over, on days on which the two sides may add up?
--
-- Grain:   one row per statement line or ledger row; its day is the booking of a line, and the
--          settlement day of a ledger row. Of a batch that is closed and proved, and that both sides
--          name, the batch takes the place of the day, and its rows need not be due.
-- Binds:   as_of (timestamptz), covered_through (date).
-- Reason:  without a reference only rows that are all due and covered are compared, and only where a
--          row of one side names no payment: two different references never are of one event. So
--          where both sides name their payments nothing more is looked at.
create unlogged table work_left_over_rows as
with

batches as materialized (

    select
        side,
        item_id,
        min(shared_key) as batch
    from work_shared_rows
    where kind = 'batch' and is_all_closed and match_id is null
    group by side, item_id

),

due as (

    select
        work_hard.side,
        work_hard.item_id,
        coalesce('batch ' || batches.batch, (case work_hard.side when 'statement' then dated_on else due_on end)::text)
            as day,
        batches.batch,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        payment_key like 'merchant:%%' or payment_key like 'line:%%' or payment_key like 'ledger:%%'
            as may_be_unnamed
    from work_hard
    left join batches on work_hard.side = batches.side and work_hard.item_id = batches.item_id
    where
        state is null
        and moves_money
        and amount_minor <> 0
        and (is_due or batches.item_id is not null)
    union all
    select
        'ledger',
        rows.item_id,
        coalesce('batch ' || batches.batch, due_on::text),
        batches.batch,
        currency,
        amount_minor,
        economic_type,
        event_reference,
        dated_at,
        batches.item_id is not null or not coalesce(has_psp_reference, false)
    from work_unanswered_ledger_rows as rows
    left join batches on batches.side = 'ledger' and rows.item_id = batches.item_id
    where
        dated_at < %(as_of)s
        and (batches.item_id is not null or (due_at <= %(as_of)s and due_on <= %(covered_through)s))
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
    due.batch,
    due.currency,
    due.amount_minor,
    due.economic_type,
    due.event_reference,
    due.dated_at
from due
inner join days on due.day = days.day and due.currency = days.currency;
