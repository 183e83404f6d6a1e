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
select
    payments.id as object,
    payments.currency,
    payments.amount_minor,
    min(ledger_entries.created_at) as occurred_at,
    'expected no entry of a payment that is ' || payments.lifecycle || ', found ' || count(*) as what
from payments
inner join ledger_entries on payments.id = ledger_entries.payment_id
where
    payments.lifecycle not in ('CAPTURED', 'REFUNDED')
    and ledger_entries.refund_id is null
    and ledger_entries.created_at >= %(window_start)s
    and ledger_entries.created_at < %(window_end)s
group by payments.id
order by payments.id
