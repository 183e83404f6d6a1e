-- Hours in which more than 10 %% of the attempts were retries.
--
-- Grain:    one row per hour of the clock that ended in the last day; no row means the invariant holds. A
--           retry is an attempt after the first one of its payment. No attempt: nothing to judge. One
--           retry never breaks it alone.
-- Binds:    as_of (timestamptz) - the hours that ended in the day before it, each of them whole.
-- Reads:    payments.events.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to engineering
-- Do:       Look at which reason is retried; ask the rail before more is sent again.
-- Asked by: runbook 002, key metric 3
with

attempts as (

    select
        events.hour,
        exists (
            select
            from payments.events as earlier
            where
                events.payment_id = earlier.payment_id
                and events.sequence_number > earlier.sequence_number
                and earlier.type = 'PaymentAttemptCreated'
        ) as is_retry
    from {latest_events} as events
    where events.type = 'PaymentAttemptCreated' and events.hour is not null

),

rates as (

    select
        hour,
        count(*) filter (where is_retry) as retries,
        count(*) as attempts
    from attempts
    group by hour

)

select
    to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    hour + interval '1 hour' as occurred_at,
    concat(retries, ' of ', attempts, ' attempts were retries') as what
from rates
where retries * 100 > attempts * 10 and retries >= 2
order by hour
