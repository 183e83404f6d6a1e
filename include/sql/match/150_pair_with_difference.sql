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

    -- At most one row of each side is alone, so two rows are a line and its ledger row.
    select
        max(item_id) filter (where side = 'statement') as line_id,
        max(item_id) filter (where side = 'ledger') as entry_id
    from alone
    group by payment_key, economic_type, event_reference
    having count(*) = 2

),

decided as (

    select
        line_id as item_id,
        line_id as match_id
    from pairs
    union all
    select
        entry_id,
        line_id
    from pairs

)

update work_hard set
    state = 'differs',
    match_id = decided.match_id
from decided
where work_hard.item_id = decided.item_id;
