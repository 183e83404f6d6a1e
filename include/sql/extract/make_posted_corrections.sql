-- Where the ledger rows that post corrections are kept until they are matched.
--
-- Grain:   no rows.
-- Binds:   none.
create unlogged table work_posted_corrections (
    correction_id text not null,
    ledger_id text not null,
    amount_minor bigint not null,
    currency text not null,
    psp_reference text,
    merchant_reference text
);
