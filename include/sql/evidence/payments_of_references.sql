-- Which payments of which accounts do these references name, in any row or discrepancy of any run?
--
-- Grain:   one row per account and payment.
-- Binds:   wanted (text[]) - references of a PSP, of the company, or of an event.
select
    account_id,
    payment_key
from internal.statement_lines
where
    psp_reference = any(%(wanted)s)
    or merchant_reference = any(%(wanted)s)
    or event_reference = any(%(wanted)s)
union
select
    account_id,
    payment_key
from internal.ledger_transactions
where
    psp_reference = any(%(wanted)s)
    or merchant_reference = any(%(wanted)s)
    or event_reference = any(%(wanted)s)
union
select
    account_id,
    payment_key
from internal.gateway_transactions
where
    psp_reference = any(%(wanted)s)
    or merchant_reference = any(%(wanted)s)
    or event_reference = any(%(wanted)s)
union
select
    account_id,
    payment_key
from internal.discrepancy_versions
where
    payment_key is not null
    and (psp_reference = any(%(wanted)s) or merchant_reference = any(%(wanted)s))
order by account_id, payment_key
