-- Of which payments was more refunded, in a currency, than was captured in it?
--
-- Grain:    one row per payment and currency of its refunds; the amount is the excess.
-- Binds:    window_start, window_end (timestamptz) - half-open; when a refund of it changed.
-- Reads:    payments, refunds.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to the payments team
-- Do:       Stop the refunds that are processing, and claim back what is too much.
-- Asked by: runbook 000, manual refund processing, step 4
-- Reason:   all refunds of the payment are summed, whenever they were made. What was captured in another currency, or
--           not at all, is nothing in this one.
with

touched as (

    select distinct payment_id
    from refunds
    where
        updated_at >= %(window_start)s
        and updated_at < %(window_end)s

),

refunded as (

    select
        touched.payment_id,
        refunds.currency,
        sum(refunds.amount_minor)::bigint as refunded_minor,
        max(refunds.updated_at) as changed_at
    from touched
    inner join refunds on touched.payment_id = refunds.payment_id
    where refunds.status in ('PROCESSING', 'COMPLETED')
    group by touched.payment_id, refunds.currency

),

compared as (

    select
        refunded.payment_id,
        refunded.currency,
        refunded.refunded_minor,
        refunded.changed_at,
        coalesce(payments.amount_minor, 0) as captured_minor
    from refunded
    left join payments
        on
            refunded.payment_id = payments.id
            and refunded.currency = payments.currency
            and payments.lifecycle in ('CAPTURED', 'REFUNDED')

)

select
    payment_id as object,
    currency,
    refunded_minor - captured_minor as amount_minor,
    changed_at as occurred_at,
    'expected at most ' || captured_minor || ' refunded, found ' || refunded_minor as what
from compared
where refunded_minor > captured_minor
order by payment_id, currency
