-- Keeps the new versions of ledger rows, with the payment that each was found to belong to.
--
-- Binds:   account_id (integer), run_number (bigint), volume (bigint).
insert into ledger_transactions (
    item_id, account_id, ledger_id, psp_reference, merchant_reference, event_reference, type,
    economic_type, status, moves_money, amount_minor, fee_minor, tax_minor, currency, occurred_at,
    changed_at, settles_on, row_sha256, payment_key, first_run_number, volume
)
select
    item_id,
    %(account_id)s,
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    economic_type,
    status,
    moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    occurred_at,
    changed_at,
    settles_on,
    row_sha256,
    payment_key,
    %(run_number)s,
    %(volume)s
from work_ledger_versions;
