-- What the company's ledger said, row by row and version by version: this is the kept extract.
create function internal.payment_key_of_ledger_row(
    psp_reference text, merchant_reference text, ledger_id text
) returns text
language sql immutable parallel safe as $$
    select coalesce(psp_reference, 'merchant:' || merchant_reference, 'ledger:' || ledger_id)
$$;

comment on function internal.payment_key_of_ledger_row is 'The payment that a ledger row says it belongs to, before any line claims it for another.';

create table internal.ledger_transactions (
    item_id bigint not null,
    account_id integer not null,
    ledger_id text not null,
    psp_reference text,
    merchant_reference text,
    event_reference text,
    type text not null,
    economic_type text not null,
    status text not null,
    moves_money boolean,
    amount_minor bigint not null,
    fee_minor bigint,
    tax_minor bigint,
    currency text not null,
    occurred_at timestamptz not null,
    changed_at timestamptz,
    settles_on date,
    row_sha256 bytea not null,
    payment_key text not null,
    first_run_number bigint not null,
    last_run_number bigint,
    volume bigint not null
) partition by list (volume);

-- That one version is in force is held by the compare and swap of the head.
create index ledger_transactions_in_force
on internal.ledger_transactions (hashtextextended(ledger_id, 0))
where last_run_number is null;
create unique index on internal.ledger_transactions (item_id, volume);
create index on internal.ledger_transactions (hashtextextended(payment_key, 0));
create index on internal.ledger_transactions using brin (occurred_at);

comment on table internal.ledger_transactions is 'Ledger transactions as extracted, in versions: in force while last_run_number is null.';
comment on column internal.ledger_transactions.moves_money is 'Whether the row''s status moves money; NULL means that the mapping does not know the status.';
comment on column internal.ledger_transactions.settles_on is 'A due day given by the ledger itself (an instalment, say); NULL where the PSP''s settlement rule applies.';
