-- Marks, for the time being, a line and a ledger row that are alone with the same event and differ.
--
-- Reason:  they may still be part of a total that agrees (a charge and its partial reversal); what
--          remains a pair at the end is one event whose amount, currency or state is wrong.
with

left_over as (

    select
        *,
        row_number() over (
            partition by side, payment_key, economic_type, event_reference, moves_money, currency, amount_minor
            order by due_on nulls first, dated_at, sort_key
        ) as place
    from work_hard
    where state is null and event_reference is not null and amount_minor is not null

),

-- Of equal rows the first stands for the event; the others are surplus.
representatives as (

    select
        *,
        count(*) over (partition by side, payment_key, economic_type, event_reference) as rows_of_event,
        count(*) filter (where moves_money) over (
            partition by side, payment_key, economic_type, event_reference
        ) as moving_rows_of_event
    from left_over
    where place = 1

),

alone as (

    select *
    from representatives
    where (moves_money and moving_rows_of_event = 1) or (moving_rows_of_event = 0 and rows_of_event = 1)

),

pairs as (

    select
        line.item_id as line_id,
        entry.item_id as entry_id,
        line.item_id as match_id
    from alone as line
    inner join alone as entry
        on
            line.payment_key = entry.payment_key
            and line.economic_type = entry.economic_type
            and line.event_reference = entry.event_reference
    where line.side = 'statement' and entry.side = 'ledger'

)

update work_hard set
    state = 'differs',
    match_id = pairs.match_id
from pairs
where work_hard.item_id in (pairs.line_id, pairs.entry_id);
