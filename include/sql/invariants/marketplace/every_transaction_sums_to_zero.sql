-- Whose entries do not sum to zero, in a currency, of the transactions that were touched?
--
-- Grain:    one row per unbalanced transaction and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a transaction was touched in.
-- Reads:    ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Find the missing or wrong entry, stop payments if there are many, and add a compensating entry;
--           nothing is repaired by machine.
-- Asked by: runbook 000, check 1 and alert 1
-- Reason:   all entries of a transaction are summed, whenever they were made: one that straddles the window is
--           balanced, and one that goes wrong later is seen.
with

touched as (

    select distinct transaction_id
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s
        and transaction_id is not null

)

select
    touched.transaction_id as object,
    ledger_entries.currency,
    sum(ledger_entries.amount_minor)::bigint as amount_minor,
    max(ledger_entries.created_at) as occurred_at,
    'expected entries that sum to 0, found ' || sum(ledger_entries.amount_minor) || ' in ' || count(*) || ' entries'
        as what
from touched
inner join ledger_entries on touched.transaction_id = ledger_entries.transaction_id
group by touched.transaction_id, ledger_entries.currency
having sum(ledger_entries.amount_minor) <> 0
order by touched.transaction_id, ledger_entries.currency
