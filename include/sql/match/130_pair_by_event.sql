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

    select
        line.item_id as line_id,
        entry.item_id as entry_id,
        line.item_id as match_id
    from ranked as line
    inner join ranked as entry
        on
            line.payment_key = entry.payment_key
            and line.economic_type = entry.economic_type
            and line.event_reference = entry.event_reference
            and line.currency = entry.currency
            and line.amount_minor = entry.amount_minor
            and line.place = entry.place
    where line.side = 'statement' and entry.side = 'ledger'

)

update work_hard set
    state = 'matched',
    match_id = pairs.match_id,
    rule = 'event_reference'
from pairs
where work_hard.item_id in (pairs.line_id, pairs.entry_id);
