-- Which completed refunds are not booked by the seller's and the buyer's entry, and at most the platform's?
--
-- Grain:    one row per refund.
-- Binds:    window_start, window_end (timestamptz) - half-open; when it was completed, or an entry of it was made;
--           is_whole (boolean).
-- Reads:    refunds, ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       None: the refund was not booked. More than three: it was booked twice, and may have been paid twice.
--           Ask the provider, then add compensating entries; nothing is repaired by machine.
-- Asked by: runbook 000, manual refund processing, step 4
-- Reason:   adjustments repair a transaction and are not counted.
with

touched as (

    select id as refund_id
    from refunds
    where
        %(is_whole)s
        or (
            coalesce(completed_at, updated_at) >= %(window_start)s
            and coalesce(completed_at, updated_at) < %(window_end)s
        )
    union
    select refund_id
    from ledger_entries
    where
        not %(is_whole)s
        and created_at >= %(window_start)s
        and created_at < %(window_end)s

)

select
    refunds.id as object,
    refunds.currency,
    -refunds.amount_minor as amount_minor,
    coalesce(refunds.completed_at, refunds.updated_at) as occurred_at,
    'expected 2 or 3 entries, found ' || count(ledger_entries.id) as what
from touched
inner join refunds on touched.refund_id = refunds.id
left join ledger_entries
    on
        refunds.id = ledger_entries.refund_id
        and ledger_entries.entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
where
    refunds.status = 'COMPLETED'
    and coalesce(refunds.completed_at, refunds.updated_at) < %(window_end)s
group by refunds.id, refunds.currency, refunds.amount_minor, refunds.completed_at, refunds.updated_at
having count(ledger_entries.id) not in (2, 3)
order by refunds.id
