-- Requests to the rail that were each the fifth or a later one in a row to take more than a second.
--
-- Grain:   one row per window with such requests; no row means the invariant holds. A request without an
--          answer has taken as long as it has waited by the as-of; one that has waited for a second or
--          less is left out until it is known. The requests before the window count for the row of five.
-- Binds:   window_start, window_end (timestamptz) - half-open, on the moment of the request; as_of
--          (timestamptz) - the moment at which it is judged.
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
        requests.requested_at >= %(window_start)s
        and requests.requested_at < %(window_end)s
        and coalesce(requests.answered_at, %(as_of)s::timestamptz) - requests.requested_at
        > interval '1 second'
        and row_of_five.slow = 4

)

select
    min(requested_at) as fifth_requested_at,
    max(requested_at) as last_requested_at,
    count(*) as requests,
    floor(extract(epoch from max(taken)) * 1000)::bigint as slowest_milliseconds
from completing
having count(*) > 0
order by fifth_requested_at
