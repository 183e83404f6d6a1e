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
    frozen_at timestamptz,
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
create index if not exists ledger_entries_payment_id on public.ledger_entries (payment_id);
create index if not exists ledger_entries_refund_id on public.ledger_entries (refund_id);
create index if not exists ledger_entries_idempotency_key on public.ledger_entries (idempotency_key);
create index if not exists refunds_payment_id on public.refunds (payment_id);
create index if not exists refunds_updated_at on public.refunds (updated_at);
create index if not exists refunds_completed_at on public.refunds ((coalesce(completed_at, updated_at)));
create index if not exists payments_captured_at on public.payments (captured_at);

-- Rows that no check can rely on (include/sql/books/marketplace.sql): the indexes of a healthy book are empty.
create index if not exists payments_unreliable on public.payments (id)
where
    lifecycle is null
    or lifecycle not in ('INITIATED', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'REFUNDED', 'CANCELLED')
    or (lifecycle in ('CAPTURED', 'REFUNDED') and captured_at is null);
create index if not exists refunds_unreliable on public.refunds (id)
where
    status is null
    or status not in ('PENDING', 'APPROVED', 'PROCESSING', 'COMPLETED', 'FAILED', 'REJECTED')
    or (status = 'PROCESSING' and processed_at is null);
create index if not exists wallets_unreliable on public.wallets (id)
where
    wallet_status is null
    or wallet_status not in ('ACTIVE', 'FROZEN')
    or (wallet_status = 'FROZEN' and frozen_at is null);
create index if not exists ledger_entries_unreliable on public.ledger_entries (id)
where amount_minor is null or currency is null or created_at is null;

grant usage on schema public to marketplace_ro, source_writer;
grant select on public.users, public.wallets, public.payments, public.refunds, public.ledger_entries to marketplace_ro;
grant select, insert, update, delete on
    public.users, public.wallets, public.payments, public.refunds, public.ledger_entries
to source_writer;
