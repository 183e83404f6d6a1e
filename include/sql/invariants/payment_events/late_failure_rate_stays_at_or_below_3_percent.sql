-- Hours in which more than 3 %% of the acknowledged attempts that ended have failed.
--
-- Grain:    one row per hour of the clock that ended in the last day; no row means the invariant holds. An
--           attempt counts once, by the first of its ends. No such attempt: nothing to judge. One late
--           failure never breaks it alone.
-- Binds:    as_of (timestamptz) - the hours that ended in the day before it, each of them whole.
-- Reads:    payments.events.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to engineering
-- Do:       Ask the rail why it rejects what it has acknowledged.
-- Asked by: runbook 002, key metric 5
with

first_ends as (

    select
        events.hour,
        events.type
    from {latest_events} as events
    where
        events.is_an_end
        and events.hour is not null
        and exists (
            select
            from payments.events as acknowledgements
            where
                events.payment_id = acknowledgements.payment_id
                and events.attempt_id = acknowledgements.attempt_id
                and events.sequence_number > acknowledgements.sequence_number
                and acknowledgements.type = 'PaymentAcknowledged'
        )
        and not exists (
            select
            from payments.events as earlier
            where
                events.payment_id = earlier.payment_id
                and events.attempt_id = earlier.attempt_id
                and events.sequence_number > earlier.sequence_number
                and earlier.type in ('PaymentSettled', 'PaymentFailed', 'PaymentExpired')
        )

),

rates as (

    select
        hour,
        count(*) filter (where type = 'PaymentFailed') as failed,
        count(*) as ended
    from first_ends
    group by hour

)

select
    to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    hour + interval '1 hour' as occurred_at,
    concat(failed, ' of ', ended, ' acknowledged attempts that ended have failed') as what
from rates
where failed * 100 > ended * 3 and failed >= 2
order by hour
