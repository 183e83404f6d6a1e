-- Which payments moved money between wallets although they were never captured?
--
-- Grain:    one row per payment.
-- Binds:    window_start, window_end (timestamptz) - half-open; when an entry of it was made.
-- Reads:    payments, ledger_entries.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Ask the provider whether it was captured. If so its state is wrong, if not its entries are; do not
--           capture it again before that is known.
-- Asked by: runbook 000, retry checklist and manual payment capture, step 1
with

booked as (

    select
        payment_id,
        min(created_at) as first_entry_at,
        count(*) as entries
    from ledger_entries
    where
        created_at >= %(window_start)s
        and created_at < %(window_end)s
        and payment_id is not null
        and refund_id is null
    group by payment_id

)

select
    payments.id as object,
    payments.currency,
    payments.amount_minor,
    booked.first_entry_at as occurred_at,
    'expected no entry of a payment that is ' || payments.lifecycle || ', found ' || booked.entries as what
from booked
inner join payments on booked.payment_id = payments.id
where payments.lifecycle not in ('CAPTURED', 'REFUNDED')
order by payments.id
