-- Which ledger groups that were touched do not balance, in a currency?
--
-- Grain:    one row per unbalanced group and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a group was touched in; is_whole (boolean).
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
--           balanced, and one that goes wrong later is seen. The whole book is one scan of it.
with

touched as (

    select distinct ledger_group_id
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s

),

sums as (

    select
        ledger_group_id,
        currency,
        sum(amount_minor) as sum_minor,
        count(*) as entries,
        min(created_at) as first_at,
        max(created_at) as last_at
    from ledger_entries
    where %(is_whole)s
    group by ledger_group_id, currency
    union all
    select
        ledger_entries.ledger_group_id,
        ledger_entries.currency,
        sum(ledger_entries.amount_minor),
        count(*),
        min(ledger_entries.created_at),
        max(ledger_entries.created_at)
    from touched
    inner join ledger_entries on touched.ledger_group_id = ledger_entries.ledger_group_id
    where not %(is_whole)s
    group by ledger_entries.ledger_group_id, ledger_entries.currency

)

select
    ledger_group_id as object,
    currency,
    sum_minor::bigint as amount_minor,
    last_at as occurred_at,
    'expected entries that sum to 0, found ' || sum_minor || ' in ' || entries || ' entries' as what
from sums
where
    sum_minor <> 0
    and first_at < %(window_end)s
order by ledger_group_id, currency
