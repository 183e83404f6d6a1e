-- Which ledger groups that were touched do not balance, in a currency?
--
-- Grain:    one row per unbalanced group and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a group was touched in.
-- Reads:    ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       LEDGER_UNBALANCED: isolate the group and verify all its references. Nothing is repaired by machine.
-- Asked by: runbook 001, incident LEDGER_UNBALANCED
-- Reason:   all entries of a group are summed, whenever they were made: one that straddles the window is
--           balanced, and one that goes wrong later is seen.
with

touched as (

    select distinct ledger_group_id
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s

)

select
    touched.ledger_group_id as object,
    ledger_entries.currency,
    sum(ledger_entries.amount_minor)::bigint as amount_minor,
    max(ledger_entries.created_at) as occurred_at,
    'expected entries that sum to 0, found ' || sum(ledger_entries.amount_minor) || ' in ' || count(*) || ' entries'
        as what
from touched
inner join ledger_entries on touched.ledger_group_id = ledger_entries.ledger_group_id
group by touched.ledger_group_id, ledger_entries.currency
having sum(ledger_entries.amount_minor) <> 0
order by touched.ledger_group_id, ledger_entries.currency
