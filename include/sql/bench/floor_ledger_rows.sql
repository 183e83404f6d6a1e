-- The floor, step 2: which ledger rows are in the window? FROZEN: docs/benchmarks.md.
--
-- Grain:   one row per ledger row.
-- Binds:   account (text), window_start and window_end (timestamptz, half-open).
select
    id,
    psp_account,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    status,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    updated_at
from ledger.transactions
where
    psp = 'adyen'
    and psp_account = %(account)s
    and occurred_at >= %(window_start)s
    and occurred_at < %(window_end)s
