-- Hours in which more than 5 %% of the payments that ended were cancelled.
--
-- Grain:    one row per hour of the clock that ended in the last day; no row means the invariant holds. A
--           payment counts once, by the last of its ends in the hour. No payment ended: nothing to judge.
--           One cancellation never breaks it alone.
-- Binds:    as_of (timestamptz) - the hours that ended in the day before it, each of them whole.
-- Reads:    payments.events.
-- Severity: warning
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to engineering
-- Do:       Look at who cancels and why: fraud, duplicates, or a page that loses customers.
-- Asked by: runbook 002, key metric 4
with

last_ends as (

    select distinct on (hour, payment_id)
        hour,
        payment_id,
        reason
    from {latest_events} as events
    where is_an_end and hour is not null
    order by hour, payment_id, sequence_number desc, event_id desc

),

rates as (

    select
        hour,
        count(*) filter (where reason = 'CANCELLED') as cancelled,
        count(*) as ended
    from last_ends
    group by hour

)

select
    to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    hour + interval '1 hour' as occurred_at,
    concat(cancelled, ' of ', ended, ' payments that ended were cancelled') as what
from rates
where cancelled * 100 > ended * 5 and cancelled >= 2
order by hour
