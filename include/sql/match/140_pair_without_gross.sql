-- Pass 1b: a line without an amount in the payment's currency is matched on the reference alone.
--
-- Reason:  converting would be a guess; the match says that its amount is not proved (section 10).
with

ranked as (

    select
        *,
        row_number() over (
            partition by side, payment_key, economic_type, event_reference
            order by due_on nulls first, dated_at, sort_key
        ) as place
    from work_hard
    where
        state is null
        and moves_money
        and (side = 'ledger' or amount_minor is null)

),

lone as (

    select
        payment_key,
        economic_type
    from ranked
    group by payment_key, economic_type
    having count(*) filter (where side = 'statement') = 1 and count(*) filter (where side = 'ledger') = 1

),

pairs as (

    select
        line.item_id as line_id,
        entry.item_id as entry_id,
        line.item_id as match_id
    from ranked as line
    inner join ranked as entry
        on
            line.payment_key = entry.payment_key
            and line.economic_type = entry.economic_type
            and line.place = entry.place
    left join lone
        on
            line.payment_key = lone.payment_key
            and line.economic_type = lone.economic_type
    where
        line.side = 'statement'
        and entry.side = 'ledger'
        and (line.event_reference = entry.event_reference or lone.payment_key is not null)

),

decided as (

    select
        line_id as item_id,
        match_id
    from pairs
    union all
    select
        entry_id,
        match_id
    from pairs

)

update work_hard set
    state = 'matched',
    match_id = decided.match_id,
    rule = 'reference_without_amount'
from decided
where work_hard.item_id = decided.item_id;
