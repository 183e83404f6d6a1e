-- Requests to the rail that were each the fifth or a later one in a row to take more than a second.
--
-- Grain:    one row, or none: then the invariant holds. A request without an answer has taken as long as it
--           has waited by the as-of; one that has waited for a second or less is left out until it is known.
--           The requests before the last day count for the row of five.
-- Binds:    as_of (timestamptz) - the requests of the day before it.
-- Reads:    payments.rail_requests.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to engineering
-- Do:       Look at the rail's status and at our own network; tell the rail's support.
-- Asked by: runbook 002, key metric 2
with

completing as (

    select
        requests.request_id,
        requests.requested_at,
        coalesce(requests.answered_at, %(as_of)s::timestamptz) - requests.requested_at as taken
    from payments.rail_requests as requests
    cross join lateral (
        select count(*) filter (where before.is_slow) as slow
        from (
            select
                coalesce(earlier.answered_at, %(as_of)s::timestamptz) - earlier.requested_at
                > interval '1 second' as is_slow
            from payments.rail_requests as earlier
            where
                (earlier.requested_at, earlier.request_id) < (requests.requested_at, requests.request_id)
                and (
                    earlier.answered_at is not null
                    or %(as_of)s::timestamptz - earlier.requested_at > interval '1 second'
                )
            order by earlier.requested_at desc, earlier.request_id desc
            limit 4
        ) as before
    ) as row_of_five
    where
        requests.requested_at >= %(as_of)s::timestamptz - interval '1 day'
        and requests.requested_at < %(as_of)s
        and coalesce(requests.answered_at, %(as_of)s::timestamptz) - requests.requested_at
        > interval '1 second'
        and row_of_five.slow = 4

)

select
    to_char(min(requested_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as object,
    null::text as currency,
    null::bigint as amount_minor,
    max(requested_at) as occurred_at,
    concat(
        count(*), ' requests were each the fifth or a later one in a row above a second; the slowest took ',
        floor(extract(epoch from max(taken)) * 1000)::bigint, ' ms'
    ) as what
from completing
having count(*) > 0
order by object
