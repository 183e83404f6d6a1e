-- Which captured payments are not booked by the buyer's, the seller's and the platform's entry, each once?
--
-- Grain:    one row per payment.
-- Binds:    window_start, window_end (timestamptz) - half-open; when it was captured, or an entry of it was made;
--           is_whole (boolean).
-- Reads:    payments, ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       None: the capture was not booked. More than three: it was booked twice, and may have been charged twice.
--           Ask the provider, then add compensating entries; nothing is repaired by machine.
-- Asked by: runbook 000, manual payment capture, step 3
-- Reason:   a capture that was booked twice sums to zero, twice: only counting finds it. Adjustments repair a
--           transaction and are not counted.
with

touched as (

    select id as payment_id
    from payments
    where
        %(is_whole)s
        or (
            captured_at >= %(window_start)s
            and captured_at < %(window_end)s
        )
    union
    select payment_id
    from ledger_entries
    where
        not %(is_whole)s
        and created_at >= %(window_start)s
        and created_at < %(window_end)s

)

select
    payments.id as object,
    payments.currency,
    payments.amount_minor,
    payments.captured_at as occurred_at,
    'expected 3 entries, found ' || count(ledger_entries.id) as what
from touched
inner join payments on touched.payment_id = payments.id
left join ledger_entries
    on
        payments.id = ledger_entries.payment_id
        and ledger_entries.refund_id is null
        and ledger_entries.entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
where
    payments.lifecycle in ('CAPTURED', 'REFUNDED')
    and payments.captured_at < %(window_end)s
group by payments.id, payments.currency, payments.amount_minor, payments.captured_at
having count(ledger_entries.id) <> 3
order by payments.id
