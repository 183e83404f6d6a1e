-- The floor, step 2: the table that takes the ledger's rows of the window. FROZEN: docs/benchmarks.md.
--
-- Grain:   no rows; one per ledger row once it is copied.
create table floor.ledger_rows (
    ledger_id text,
    account text,
    psp_reference text,
    merchant_reference text,
    event_reference text,
    type text,
    status text,
    amount_minor bigint,
    fee_minor bigint,
    tax_minor bigint,
    currency text,
    settles_on date,
    occurred_at timestamptz,
    changed_at timestamptz
)
