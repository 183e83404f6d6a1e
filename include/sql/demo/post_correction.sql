-- The company's ledger posts a correction: a row on its payment that carries its id.
--
-- Grain:   no rows; writes one ledger row.
-- Binds:   ledger_id, psp, account, psp_reference, merchant_reference, currency, correction_id (text),
--          amount_minor (bigint), occurred_at (timestamptz).
insert into ledger.transactions (
    id, psp, psp_account, psp_reference, merchant_reference, type, status, amount_minor, currency,
    occurred_at, updated_at, correction_id
)
values (
    %(ledger_id)s, %(psp)s, %(account)s, %(psp_reference)s, %(merchant_reference)s, 'payment', 'captured',
    %(amount_minor)s, %(currency)s, %(occurred_at)s, %(occurred_at)s, %(correction_id)s
)
