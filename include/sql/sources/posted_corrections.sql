-- Which ledger rows post a correction: THE SECOND FILE THAT YOU EDIT to map your own ledger.
--
-- Grain:   one row per ledger row that carries the id of a correction.
-- Binds:   psp, account (text), correction_ids (text[]: those that wait for their posting), read_to
--          (timestamptz, on occurred_at: what is dated later is in no sum yet).
--
-- ledger_id, amount_minor and currency are those of payments_ledger.sql beside it.
select
    correction_id,
    id as ledger_id,
    amount_minor,
    currency
from ledger.transactions
where
    psp = %(psp)s
    and psp_account = %(account)s
    and correction_id = any(%(correction_ids)s::text[])
    and occurred_at < %(read_to)s
