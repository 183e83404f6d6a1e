-- What does the marketplace's book look like, as far as its checks read it?
--
-- Grain:   no rows; creates wallets, payments, refunds and ledger_entries (one row per entry; the entries of a
--          transaction sum to zero per currency).
-- Binds:   none. Stands in for the company's own book on the embedded server. Nothing here holds what the checks
--          look for: a book that could not be wrong would need none.
create table if not exists public.users (
    id text primary key,
    email text not null
);

create table if not exists public.wallets (
    id text primary key,
    wallet_code text not null unique,
    wallet_type text not null,
    wallet_status text,
    user_id text
);

create table if not exists public.payments (
    id text primary key,
    order_id text not null,
    lifecycle text,
    payment_method text not null,
    amount_minor bigint not null,
    currency text not null,
    initiated_at timestamptz not null,
    captured_at timestamptz,
    updated_at timestamptz not null
);

create table if not exists public.refunds (
    id text primary key,
    payment_id text not null,
    amount_minor bigint not null,
    currency text not null,
    status text,
    failure_reason text,
    requested_at timestamptz not null,
    processed_at timestamptz,
    completed_at timestamptz,
    updated_at timestamptz not null
);

create table if not exists public.ledger_entries (
    id text primary key,
    transaction_id text,
    wallet_id text not null,
    payment_id text,
    refund_id text,
    entry_type text not null,
    amount_minor bigint,
    currency text,
    idempotency_key text,
    created_at timestamptz
);

create index if not exists ledger_entries_created_at on public.ledger_entries (created_at);
create index if not exists ledger_entries_transaction_id on public.ledger_entries (transaction_id);

grant usage on schema public to marketplace_ro, source_writer;
grant select on public.users, public.wallets, public.payments, public.refunds, public.ledger_entries to marketplace_ro;
grant select, insert, update, delete on
    public.users, public.wallets, public.payments, public.refunds, public.ledger_entries
to source_writer;
