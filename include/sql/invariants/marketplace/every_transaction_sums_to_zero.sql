-- Whose entries do not sum to zero, in a currency, of the transactions that were touched?
--
-- Grain:    one row per unbalanced transaction and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a transaction was touched in; is_whole (boolean).
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
--           balanced, and one that goes wrong later is seen. The whole book is one scan of it.
with

touched as (

    select distinct transaction_id
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s
        and transaction_id is not null

),

sums as (

    select
        transaction_id,
        currency,
        sum(amount_minor) as sum_minor,
        count(*) as entries,
        min(created_at) as first_at,
        max(created_at) as last_at
    from ledger_entries
    where
        %(is_whole)s
        and transaction_id is not null
    group by transaction_id, currency
    union all
    select
        ledger_entries.transaction_id,
        ledger_entries.currency,
        sum(ledger_entries.amount_minor),
        count(*),
        min(ledger_entries.created_at),
        max(ledger_entries.created_at)
    from touched
    inner join ledger_entries on touched.transaction_id = ledger_entries.transaction_id
    where not %(is_whole)s
    group by ledger_entries.transaction_id, ledger_entries.currency

)

select
    transaction_id as object,
    currency,
    sum_minor::bigint as amount_minor,
    last_at as occurred_at,
    'expected entries that sum to 0, found ' || sum_minor || ' in ' || entries || ' entries' as what
from sums
where
    sum_minor <> 0
    and first_at < %(window_end)s
order by transaction_id, currency
