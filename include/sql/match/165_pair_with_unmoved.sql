-- Marks a line and a ledger row that moves no money, where they say the same of an event.
--
-- Reason:  such a row is matched like any other, and the line against it is status_mismatch, not missing. Of
--          an event that both sides name, else of an amount where not both name another event. A row that
--          moves money goes first, in the passes before this one.
with

left_over as (

    select
        work_hard.*,
        case
            when
                exists (
                    select from work_hard as other
                    where
                        other.side <> work_hard.side
                        and other.payment_key = work_hard.payment_key
                        and other.economic_type = work_hard.economic_type
                        and other.event_reference = work_hard.event_reference
                )
                then work_hard.event_reference
        end as shared_event
    from work_hard
    where
        work_hard.state is null
        and work_hard.amount_minor is not null
        and (work_hard.side = 'statement' or not work_hard.moves_money)

),

ranked as (

    select
        *,
        row_number() over (
            partition by side, payment_key, economic_type, shared_event, currency, amount_minor
            order by event_reference nulls first, due_on nulls first, dated_at, sort_key
        ) as place
    from left_over

),

pairs as (

    -- A place holds at most one row of each side, so two rows are a line and its ledger row.
    select
        max(item_id) filter (where side = 'statement') as line_id,
        max(item_id) filter (where side = 'ledger') as entry_id
    from ranked
    group by payment_key, economic_type, shared_event, currency, amount_minor, place
    having count(*) = 2 and count(distinct event_reference) < 2

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
