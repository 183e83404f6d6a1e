-- Which transactions succeeded, and do not say when?
--
-- Grain:    one row per transaction.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the transaction was made.
-- Reads:    payment_transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Ask the PSP for the time of the event. Don't write the present time in its place: the real one is lost
--           with it.
-- Asked by: runbook 004, investigation 1 (processed_at)
select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    'expected the time of processing of a ' || transaction_type || ' that succeeded, found NULL' as what
from payment_transactions
where
    status = 'succeeded'
    and processed_at is null
    and created_at >= %(window_start)s
    and created_at < %(window_end)s
order by id
