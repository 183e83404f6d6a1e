-- Pass 1: a line and a ledger row of the same event, currency and amount are a pair.
--
-- Reason:  equal rows of one event (instalments, duplicates) pair off in the order due, booked, key;
--          what is left over is dealt with below.
with

ranked as (

    select
        *,
        row_number() over (
            partition by side, payment_key, economic_type, event_reference, currency, amount_minor
            order by due_on nulls first, dated_at, sort_key
        ) as place
    from work_hard
    where event_reference is not null and amount_minor is not null and moves_money

),

pairs as (

    -- A place holds at most one row of each side, so two rows are a line and its ledger row.
    select
        max(item_id) filter (where side = 'statement') as line_id,
        max(item_id) filter (where side = 'ledger') as entry_id
    from ranked
    group by payment_key, economic_type, event_reference, currency, amount_minor, place
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
    state = 'matched',
    match_id = decided.match_id,
    rule = 'event_reference'
from decided
where work_hard.item_id = decided.item_id;
