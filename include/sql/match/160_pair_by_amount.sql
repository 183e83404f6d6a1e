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

    select
        line.item_id as line_id,
        entry.item_id as entry_id,
        line.item_id as match_id
    from ranked as line
    inner join ranked as entry
        on
            line.payment_key = entry.payment_key
            and line.economic_type = entry.economic_type
            and line.currency = entry.currency
            and line.amount_minor = entry.amount_minor
            and line.place = entry.place
    where line.side = 'statement' and entry.side = 'ledger'

)

update work_hard set
    state = 'matched',
    match_id = pairs.match_id,
    rule = 'payment_and_amount'
from pairs
where work_hard.item_id in (pairs.line_id, pairs.entry_id);
