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

ends as (

    select distinct on (floor(extract(epoch from occurred_at) / 3600), payment_id)
        floor(extract(epoch from occurred_at) / 3600)::bigint * 3600 as slot,
        payment_id,
        payload ->> 'reason' as reason
    from payments.events
    where
        type in ('PaymentSettled', 'PaymentFailed', 'PaymentExpired')
        and occurred_at >= %(as_of)s::timestamptz - interval '1 day' - interval '1 hour'
        and occurred_at < %(as_of)s
    order by floor(extract(epoch from occurred_at) / 3600), payment_id, sequence_number desc, event_id desc

),

rates as (

    select
        to_timestamp(slot) as slot_start,
        to_timestamp(slot + 3600) as slot_end,
        count(*) filter (where reason = 'CANCELLED') as cancelled,
        count(*) as ended
    from ends
    group by slot

)

select
    to_char(slot_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    slot_end as occurred_at,
    concat(cancelled, ' of ', ended, ' payments that ended were cancelled') as what
from rates
where
    slot_end > %(as_of)s::timestamptz - interval '1 day'
    and slot_end <= %(as_of)s
    and cancelled * 100 > ended * 5
    and cancelled >= 2
order by slot_start
