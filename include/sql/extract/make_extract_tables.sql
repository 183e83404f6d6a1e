-- Makes the empty tables that an extract is copied into: the rows, and the hours that were read.
create unlogged table work_ledger_extract (
    place integer not null generated always as identity (cache 1000),
    ledger_id text not null,
    psp_reference text,
    merchant_reference text,
    event_reference text,
    type text not null,
    status text not null,
    moves_money boolean,
    amount_minor bigint not null,
    fee_minor bigint,
    tax_minor bigint,
    currency text not null,
    settles_on date,
    occurred_at timestamptz not null,
    changed_at timestamptz,
    row_sha256 bytea not null
);

create unlogged table work_ledger_hours (
    hour timestamptz not null
);
