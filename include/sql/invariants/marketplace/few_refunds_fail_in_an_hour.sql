-- Which refunds of the last day failed in an hour in which many did?
--
-- Grain:    one row per refund that failed within an hour in which more than five did.
-- Binds:    as_of (timestamptz).
-- Reads:    refunds.
-- Severity: warning
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Tell the payments team; refunds that failed are not tried again before somebody has looked.
-- Asked by: runbook 000, check 4 and alert 3 (MEDIUM)
-- Reason:   every hour of the day is looked at, not only the one before the check.
with

failed as (

    select
        id,
        currency,
        amount_minor,
        failure_reason,
        updated_at,
        count(*) over (
            order by updated_at
            range between current row and interval '59 minutes 59.999999 seconds' following
        ) as refunds
    from refunds
    where
        status = 'FAILED'
        and updated_at >= %(as_of)s - interval '1 day'
        and updated_at < %(as_of)s

),

hours as (

    select
        updated_at as began_at,
        max(refunds) as refunds
    from failed
    where refunds > 5
    group by updated_at

)

select
    failed.id as object,
    failed.currency,
    -failed.amount_minor as amount_minor,
    failed.updated_at as occurred_at,
    'expected 5 failed refunds an hour at most, found ' || max(hours.refunds) || '; this one '
    || coalesce(max(failed.failure_reason), 'without a reason') as what
from failed
inner join hours
    on failed.updated_at >= hours.began_at and failed.updated_at < hours.began_at + interval '1 hour'
group by failed.id, failed.currency, failed.amount_minor, failed.updated_at
order by failed.id
