-- What does the payments ledger look like, as far as a reconciliation reads it?
--
-- Grain:   no rows; creates ledger.transactions, one row per money movement that the company recorded.
-- Binds:   none. Stands in for the company's own ledger on the embedded server; amounts are signed from
--          the company's side, in minor units of their currency.
create schema if not exists ledger authorization payments_ledger_owner;

create table if not exists ledger.transactions (
    id text primary key,
    psp text not null,
    psp_account text not null,
    psp_reference text,
    merchant_reference text,
    event_reference text,
    type text not null,
    status text not null,
    amount_minor bigint not null,
    fee_minor bigint,
    tax_minor bigint,
    currency text not null,
    settles_on date,
    occurred_at timestamptz not null,
    updated_at timestamptz not null default now()
);

-- The correction that an entry posts (docs/corrections.md); NULL for all others.
alter table ledger.transactions add column if not exists correction_id text;

create index if not exists transactions_psp_account_occurred_at
on ledger.transactions (psp, psp_account, occurred_at);

-- How changes are found: everything touched since the last cut, with an overlap for late commits.
create index if not exists transactions_updated_at on ledger.transactions (updated_at);

create index if not exists transactions_correction_id on ledger.transactions (correction_id)
where correction_id is not null;

grant usage on schema ledger to ledger_ro, source_writer;
grant select on ledger.transactions to ledger_ro;
grant select, insert, update, delete on ledger.transactions to source_writer;
