-- Do requests take more than twice as long as they used to?
--
-- Grain:    one row when they do.
-- Binds:    as_of (timestamptz) - the end of the last five minutes, not included.
-- Reads:    requests, request_log, request_baseline.
-- Severity: warning
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Look for locks, missing indexes and slow queries.
-- Asked by: runbook 003, warning alert 2
-- Reason:   the baseline is the mean of the seven days before the five minutes; means are compared without division.
with

answered as (

    select
        coalesce(sum(duration_ms) filter (where requested_at >= %(as_of)s - interval '5 minutes'), 0)::numeric as now_ms,
        count(*) filter (where requested_at >= %(as_of)s - interval '5 minutes') as now_count,
        coalesce(sum(duration_ms) filter (where requested_at < %(as_of)s - interval '5 minutes'), 0)::numeric as base_ms,
        count(*) filter (where requested_at < %(as_of)s - interval '5 minutes') as base_count,
        max(requested_at) as last_at
    from requests
    where
        requested_at >= %(as_of)s - interval '5 minutes' - interval '7 days'
        and requested_at < %(as_of)s

)

select
    'requests' as object,
    null::text as currency,
    null::bigint as amount_minor,
    last_at as occurred_at,
    'expected at most twice the mean of ' || base_ms || ' ms in ' || base_count || ' requests, found ' || now_ms
    || ' ms in ' || now_count as what
from answered
where now_ms * base_count > 2 * base_ms * now_count
order by object
