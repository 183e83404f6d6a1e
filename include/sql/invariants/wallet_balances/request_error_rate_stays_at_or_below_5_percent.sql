-- Do more than five of a hundred requests of the last five minutes end in failure?
--
-- Grain:    one row when they do.
-- Binds:    as_of (timestamptz) - the end of the five minutes, not included.
-- Reads:    requests, request_log.
-- Severity: critical
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 10 minutes to the engineering team
-- Do:       Check the database, recent deployments and locks.
-- Asked by: runbook 003, critical alert 4
with

answered as (

    select
        count(*) as total,
        count(*) filter (where outcome = 'failed') as failed,
        max(requested_at) as last_at
    from requests
    where requested_at >= %(as_of)s - interval '5 minutes' and requested_at < %(as_of)s

)

select
    'requests' as object,
    null::text as currency,
    null::bigint as amount_minor,
    last_at as occurred_at,
    'expected at most 5 failures in 100 requests, found ' || failed || ' in ' || total as what
from answered
where failed * 100 > total * 5
order by object
