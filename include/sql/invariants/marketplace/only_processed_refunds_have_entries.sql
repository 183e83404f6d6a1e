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
select
    refunds.id as object,
    refunds.currency,
    -refunds.amount_minor as amount_minor,
    min(ledger_entries.created_at) as occurred_at,
    'expected no entry of a refund that is ' || refunds.status || ', found ' || count(*) as what
from refunds
inner join ledger_entries on refunds.id = ledger_entries.refund_id
where
    refunds.status not in ('PROCESSING', 'COMPLETED')
    and ledger_entries.created_at >= %(window_start)s
    and ledger_entries.created_at < %(window_end)s
group by refunds.id
order by refunds.id
