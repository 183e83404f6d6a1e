-- Which idempotency keys were used by more than one transaction?
--
-- Grain:    one row per key; its amounts may be of several currencies, so it has none.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a key was used in; is_whole (boolean).
-- Reads:    ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Compare the transactions: the same operation twice was booked twice; two operations lost their protection
--           against a repetition. No entry is deleted.
-- Asked by: runbook 000, idempotency key management
-- Reason:   all entries with the key are looked at, whenever they were made: a key that comes back after weeks is seen.
with

touched as (

    select idempotency_key
    from ledger_entries
    where
        %(is_whole)s
        and idempotency_key is not null
    group by idempotency_key
    having
        min(transaction_id) <> max(transaction_id)
        and min(created_at) < %(window_end)s
    union all
    select distinct idempotency_key
    from ledger_entries
    where
        not %(is_whole)s
        and created_at >= %(window_start)s
        and created_at < %(window_end)s
        and idempotency_key is not null

)

select
    touched.idempotency_key as object,
    null::text as currency,
    null::bigint as amount_minor,
    max(ledger_entries.created_at) as occurred_at,
    'expected one transaction, found ' || count(distinct ledger_entries.transaction_id) as what
from touched
inner join ledger_entries on touched.idempotency_key = ledger_entries.idempotency_key
group by touched.idempotency_key
having count(distinct ledger_entries.transaction_id) > 1
order by touched.idempotency_key
