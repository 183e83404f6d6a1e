-- Payments that have settled more than once, in one attempt or in several.
--
-- Grain:    one row per payment; no row means the invariant holds. All settlements of a payment count, of
--           which at least one was recorded in the window.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:    payments.events, payments.intents.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to engineering
-- Do:       Ask the rail which of them moved money. What moved twice is asked back, and booked by a
--           correction.
-- Asked by: runbook 002, economic rules
with

touched as (

    select distinct payment_id
    from payments.events
    where
        type = 'PaymentSettled'
        and recorded_at >= %(window_start)s
        and recorded_at < %(window_end)s

),

settlements as (

    select
        events.payment_id,
        count(*) as settlements,
        count(distinct events.attempt_id) as attempts,
        array_agg(events.event_id order by events.sequence_number, events.event_id) as event_ids,
        max(events.recorded_at) as last_recorded_at
    from touched
    inner join payments.events
        on touched.payment_id = events.payment_id
    where events.type = 'PaymentSettled'
    group by events.payment_id
    having count(*) > 1

)

select
    settlements.payment_id as object,
    intents.currency,
    (settlements.settlements - 1) * intents.amount_minor as amount_minor,
    settlements.last_recorded_at as occurred_at,
    concat(
        settlements.settlements, ' settlements in ', settlements.attempts, ' attempts: ',
        array_to_string(settlements.event_ids, ', ')
    ) as what
from settlements
left join payments.intents
    on settlements.payment_id = intents.payment_id
order by settlements.payment_id
