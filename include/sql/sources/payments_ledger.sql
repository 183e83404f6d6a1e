-- The company's ledger, as canonical ledger transactions: THE FILE THAT YOU EDIT to map your own.
--
-- Grain:   one row per ledger transaction (for a sale that settles in instalments: per instalment,
--          each with its own ledger_id and settles_on).
-- Binds:   psp, account (text), read_from and read_to (timestamptz, half-open, on occurred_at).
--
-- The columns are a contract (docs/sources.md): names and types as below, amounts in minor units,
-- signed from the company's side (payments +; refunds and chargebacks -), fees and taxes positive
-- costs, NULL where the ledger does not book them. type is payment, refund, chargeback, reversal
-- (of a chargeback), payment_reversal or refund_reversal; anything else is reported as unknown.
-- changed_at is only needed (and should be indexed) where ledger_change_detection is 'changed_at'.
-- moves_money is NULL for a status that this mapping does not know: it is reported, not guessed.
select
    id as ledger_id,
    psp_account as account,
    psp_reference,
    merchant_reference,
    event_reference,
    case type
        when 'capture' then 'payment'
        when 'payment' then 'payment'
        when 'refund' then 'refund'
        when 'chargeback' then 'chargeback'
        when 'chargeback_reversal' then 'reversal'
        when 'reversal' then 'reversal'
        when 'payment_reversal' then 'payment_reversal'
        when 'refund_reversal' then 'refund_reversal'
        else 'unknown'
    end as type,
    status,
    case status
        when 'authorised' then false
        when 'captured' then true
        when 'settled' then true
        when 'succeeded' then true
        when 'pending' then false
        when 'voided' then false
        when 'cancelled' then false
        when 'failed' then false
    end as moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    updated_at as changed_at
from ledger.transactions
where
    psp = %(psp)s
    and psp_account = %(account)s
    and occurred_at >= %(read_from)s
    and occurred_at < %(read_to)s
