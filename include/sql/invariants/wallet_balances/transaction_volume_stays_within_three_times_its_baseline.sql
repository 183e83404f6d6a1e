-- Were more than three times as many ledger rows made in the last hour as in an hour of the days before?
--
-- Grain:    one row when they were.
-- Binds:    as_of (timestamptz) - the end of the hour, not included.
-- Reads:    transactions, volume_baseline.
-- Severity: warning
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Look for fraud, then for a client that repeats itself.
-- Asked by: runbook 003, warning alert 3
-- Reason:   the baseline is the seven days before that hour, or the whole hours that the ledger has of them;
--           rows are counted, amounts of different currencies are not added up.
with

counted as (

    select
        count(*) filter (where created_at >= %(as_of)s - interval '1 hour') as now_count,
        count(*) filter (where created_at < %(as_of)s - interval '1 hour') as base_count,
        max(created_at) as last_at
    from transactions
    where
        created_at >= %(as_of)s - interval '1 hour' - interval '7 days'
        and created_at < %(as_of)s

),

spans as (

    select
        least(
            168,
            floor(extract(epoch from %(as_of)s - interval '1 hour' - min(created_at)) / 3600)::bigint
        ) as base_hours
    from transactions

)

select
    'transactions' as object,
    null::text as currency,
    null::bigint as amount_minor,
    counted.last_at as occurred_at,
    'expected at most three times ' || counted.base_count || ' rows in ' || spans.base_hours
    || ' hours, found ' || counted.now_count || ' in one' as what
from counted
cross join spans
where counted.now_count * spans.base_hours > 3 * counted.base_count
order by object
