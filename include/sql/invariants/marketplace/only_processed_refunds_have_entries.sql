-- Which refunds moved money between wallets although they were never processed, or failed?
--
-- Grain:    one row per refund.
-- Binds:    window_start, window_end (timestamptz) - half-open; when an entry of it was made.
-- Reads:    refunds, ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Ask the provider whether it was paid. Do not process it before that is known: it would be booked twice.
-- Asked by: runbook 000, retry checklist and manual refund processing, step 1
with

booked as (

    select
        refund_id,
        min(created_at) as first_entry_at,
        count(*) as entries
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s
        and refund_id is not null
    group by refund_id

)

select
    refunds.id as object,
    refunds.currency,
    -refunds.amount_minor as amount_minor,
    booked.first_entry_at as occurred_at,
    'expected no entry of a refund that is ' || refunds.status || ', found ' || booked.entries as what
from booked
inner join refunds on booked.refund_id = refunds.id
where refunds.status not in ('PROCESSING', 'COMPLETED')
order by refunds.id
