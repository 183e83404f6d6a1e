-- Has the number of waiting outbox tasks climbed all through the last hour, beyond what a batch takes?
--
-- Grain:    one row when it has; it names the five counts, a quarter of an hour apart.
-- Binds:    as_of (timestamptz) - the moment for which it is asked.
-- Reads:    outbox.
-- Severity: warning
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Look whether the outbox worker keeps up; a queue that climbs for long makes payouts late.
-- Asked by: runbook 001, payoutOutboxPending
-- Reason:   a task waits from queued_at until it is claimed after that; one put back in the queue counts from then.
--           Up to 50 are one minute's work, however they came.
with

instants as (

    select
        step,
        %(as_of)s::timestamptz - step * interval '15 minutes' as instant
    from generate_series(0, 4) as steps (step)

),

waiting as (

    select
        id,
        status,
        queued_at,
        claimed_at
    from outbox
    where status = 'PENDING' or claimed_at > %(as_of)s::timestamptz - interval '1 hour'

),

counts as (

    select
        instants.step,
        count(waiting.id) as pending
    from instants
    left join waiting
        on
            waiting.queued_at <= instants.instant
            and (
                (waiting.claimed_at > instants.instant and waiting.claimed_at >= waiting.queued_at)
                or waiting.status = 'PENDING'
            )
    group by instants.step

),

steps as (

    select
        step,
        pending,
        pending > lead(pending) over (order by step) as has_climbed
    from counts

)

select
    'outbox' as object,
    null::text as currency,
    null::bigint as amount_minor,
    %(as_of)s::timestamptz as occurred_at,
    'expected a count that goes up and down, found ' || string_agg(pending::text, ', ' order by step desc) as what
from steps
having bool_and(coalesce(has_climbed, true)) and max(pending) filter (where step = 0) > 50
