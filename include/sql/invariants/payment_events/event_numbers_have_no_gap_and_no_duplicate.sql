-- Payments whose events are not numbered 1, 2, 3 and so on, each number once.
--
-- Grain:    one row per payment; no row means the invariant holds. All events of a payment are looked at,
--           of which at least one was recorded in the window. The payment is named with its first number
--           that is missing, and its first that is there more than once.
-- Binds:    window_start, window_end (timestamptz) - half-open, on the moment of recording.
-- Reads:    payments.events.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to engineering
-- Do:       Keep the store as it is. Look for an event that was written elsewhere or lost; never write one
--           to fill the gap.
-- Asked by: runbook 002, replay verification
with

touched as {touched_payments},

numbers as (

    select
        events.payment_id,
        events.sequence_number,
        count(*) as copies,
        max(events.recorded_at) as last_recorded_at,
        lag(events.sequence_number, 1, 0) over (
            partition by events.payment_id order by events.sequence_number
        ) as number_before
    from touched
    inner join payments.events
        on touched.payment_id = events.payment_id
    group by events.payment_id, events.sequence_number

)

select
    payment_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    max(last_recorded_at) as occurred_at,
    concat_ws(
        '; ',
        'number ' || min(number_before + 1) filter (where sequence_number > number_before + 1) || ' is missing',
        'number ' || min(sequence_number) filter (where sequence_number < 1) || ' is before the first',
        'number ' || min(sequence_number) filter (where copies > 1) || ' is there more than once'
    ) as what
from numbers
group by payment_id
having bool_or(sequence_number <> number_before + 1 or sequence_number < 1 or copies > 1)
order by payment_id
