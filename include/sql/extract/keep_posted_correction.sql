-- Keeps a ledger row that posts a correction.
--
-- Grain:   no rows.
-- Binds:   correction_id, ledger_id (text), amount_minor (bigint), currency (text), psp_reference,
--          merchant_reference (text or NULL).
insert into work_posted_corrections (
    correction_id, ledger_id, amount_minor, currency, psp_reference, merchant_reference
)
values (
    %(correction_id)s, %(ledger_id)s, %(amount_minor)s, %(currency)s, %(psp_reference)s,
    %(merchant_reference)s
)
