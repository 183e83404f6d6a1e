-- Pass 2: within one payment, rows of equal type, currency and amount pair off as multisets.
--
-- Reason:  only rows whose event the other side does not name: a second settlement of a known event
--          must not take the place of another event of the same amount.
with

ranked as (

    select
        *,
        row_number() over (
            partition by side, payment_key, economic_type, currency, amount_minor
            order by due_on nulls first, dated_at, sort_key
        ) as place
    from work_hard
    where
        state is null
        and moves_money
        and amount_minor is not null
        and not exists (
            select from work_hard as other
            where
                other.side <> work_hard.side
                and other.payment_key = work_hard.payment_key
                and other.economic_type = work_hard.economic_type
                and other.event_reference = work_hard.event_reference
        )

),

pairs as (

    -- A place holds at most one row of each side, so two rows are a line and its ledger row.
    select
        max(item_id) filter (where side = 'statement') as line_id,
        max(item_id) filter (where side = 'ledger') as entry_id
    from ranked
    group by payment_key, economic_type, currency, amount_minor, place
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
    rule = 'payment_and_amount'
from decided
where work_hard.item_id = decided.item_id;
