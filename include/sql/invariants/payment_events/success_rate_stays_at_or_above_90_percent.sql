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

ends as (

    select
        payment_id,
        type,
        sequence_number,
        event_id,
        payload ->> 'reason' as reason,
        floor(extract(epoch from occurred_at) / 300)::bigint * 300 as slot
    from payments.events
    where
        type in ('PaymentSettled', 'PaymentFailed', 'PaymentExpired')
        and occurred_at >= %(as_of)s::timestamptz - interval '1 day' - interval '5 minutes'
        and occurred_at < %(as_of)s

),

last_ends as (

    select distinct on (slot, payment_id)
        slot,
        payment_id,
        type
    from ends
    where reason is distinct from 'CANCELLED'
    order by slot, payment_id, sequence_number desc, event_id desc

),

rates as (

    select
        to_timestamp(slot) as slot_start,
        to_timestamp(slot + 300) as slot_end,
        count(*) filter (where type = 'PaymentSettled') as settled,
        count(*) as ended
    from last_ends
    group by slot

)

select
    to_char(slot_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    slot_end as occurred_at,
    concat(settled, ' of ', ended, ' payments that ended have settled') as what
from rates
where
    slot_end > %(as_of)s::timestamptz - interval '1 day'
    and slot_end <= %(as_of)s
    and settled * 100 < ended * 90
    and ended - settled >= 2
order by slot_start
