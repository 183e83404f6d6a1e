-- Which payments and refunds have their entries in more than one transaction?
--
-- Grain:    one row per payment or refund; its entries may be of several currencies, so it has none.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an operation was touched in; is_whole (boolean).
-- Reads:    ledger_entries.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to senior engineering
-- Do:       A retry that lost its transaction books the operation a second time or in halves: compare the entries, then
--           compensate what is too much.
-- Asked by: runbook 000, manual payment capture, step 3, and manual refund processing, step 4
-- Reason:   entries without a transaction are told by every_entry_has_a_transaction, and adjustments have their own.
with

touched as (

    select distinct
        payment_id,
        refund_id
    from ledger_entries
    where
        not %(is_whole)s
        and created_at >= %(window_start)s
        and created_at < %(window_end)s
        and entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')

),

payments_touched as (

    select payment_id
    from ledger_entries
    where
        %(is_whole)s
        and refund_id is null
        and entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
    group by payment_id
    having
        min(transaction_id) <> max(transaction_id)
        and min(created_at) < %(window_end)s
    union all
    select distinct payment_id
    from touched
    where refund_id is null

),

refunds_touched as (

    select refund_id
    from ledger_entries
    where
        %(is_whole)s
        and refund_id is not null
        and entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
    group by refund_id
    having
        min(transaction_id) <> max(transaction_id)
        and min(created_at) < %(window_end)s
    union all
    select distinct refund_id
    from touched

),

operations as (

    select
        'payment' as operation,
        ledger_entries.payment_id as operation_id,
        count(distinct ledger_entries.transaction_id) as transactions,
        max(ledger_entries.created_at) as last_entry_at
    from payments_touched
    inner join ledger_entries on payments_touched.payment_id = ledger_entries.payment_id
    where
        ledger_entries.refund_id is null
        and ledger_entries.entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
    group by ledger_entries.payment_id
    union all
    select
        'refund',
        ledger_entries.refund_id,
        count(distinct ledger_entries.transaction_id),
        max(ledger_entries.created_at)
    from refunds_touched
    inner join ledger_entries on refunds_touched.refund_id = ledger_entries.refund_id
    where ledger_entries.entry_type not in ('ADJUSTMENT_CREDIT', 'ADJUSTMENT_DEBIT')
    group by ledger_entries.refund_id

)

select
    operation_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    last_entry_at as occurred_at,
    'expected one transaction of the ' || operation || ', found ' || transactions as what
from operations
where transactions > 1
order by operation, operation_id
