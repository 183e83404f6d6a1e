-- Five minutes in which fewer than 90 %% of the payments that ended have settled.
--
-- Grain:    one row per five minutes of the clock that ended in the last day; no row means the invariant
--           holds. A payment counts once, by the last of its ends in them; cancelled ones do not count.
--           No payment ended: nothing to judge. One that did not settle never breaks it alone.
-- Binds:    as_of (timestamptz) - the five minutes that ended in the day before it, each of them whole.
-- Reads:    payments.events.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to engineering
-- Do:       Look at the reasons of failure and at the rail's status; pause new payments where the rail is
--           down.
-- Asked by: runbook 002, key metric 1
with

last_ends as (

    select distinct on (five_minutes, payment_id)
        five_minutes,
        payment_id,
        type
    from {latest_events} as events
    where is_an_end and five_minutes is not null and reason is distinct from 'CANCELLED'
    order by five_minutes, payment_id, sequence_number desc, event_id desc

),

rates as (

    select
        five_minutes,
        count(*) filter (where type = 'PaymentSettled') as settled,
        count(*) as ended
    from last_ends
    group by five_minutes

)

select
    to_char(five_minutes at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    five_minutes + interval '5 minutes' as occurred_at,
    concat(settled, ' of ', ended, ' payments that ended have settled') as what
from rates
where settled * 100 < ended * 90 and ended - settled >= 2
order by five_minutes
