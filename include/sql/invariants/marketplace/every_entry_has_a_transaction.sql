-- Which entries belong to no transaction?
--
-- Grain:    one row per orphaned entry.
-- Binds:    window_start, window_end (timestamptz) - half-open; when the entry was made.
-- Reads:    ledger_entries.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Find out what wrote the entry; its transaction is told by its payment or refund.
-- Asked by: runbook 000, check 5
select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    'expected a transaction, found none' as what
from ledger_entries
where
    transaction_id is null
    and created_at >= %(window_start)s
    and created_at < %(window_end)s
order by id
