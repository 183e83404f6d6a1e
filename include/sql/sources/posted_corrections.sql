-- Which ledger rows post a correction: THE SECOND FILE THAT YOU EDIT to map your own ledger.
--
-- Grain:   one row per ledger row that carries the id of a correction.
-- Binds:   psp, account (text), correction_ids (text[]: those that wait for their posting), read_to
--          (timestamptz, on occurred_at: what is dated later is in no sum yet).
--
-- The other columns are those of payments_ledger.sql beside it: a correction is posted on its payment.
select
    correction_id,
    id as ledger_id,
    amount_minor,
    currency,
    psp_reference,
    merchant_reference
from ledger.transactions
where
    psp = %(psp)s
    and psp_account = %(account)s
    and correction_id = any(%(correction_ids)s::text[])
    and occurred_at < %(read_to)s
