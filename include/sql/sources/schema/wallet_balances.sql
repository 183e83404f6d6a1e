-- What does the wallets' book look like, as far as its checks and the repair of its projections read it?
--
-- Grain:   no rows; creates wallets, transactions (the ledger: one row per movement, only added to),
--          wallet_balances (one row per wallet and currency: the projection), user_balances (one row per user
--          and currency: the cache), requests (one row per request that was answered), balance_repairs and
--          balance_drifts (what the repair did and what it measured; only added to).
-- Binds:   none. Stands in for the company's own book on the embedded server; the last two tables are of this
--          project. Nothing here holds what the checks look for: a book that could not be wrong would need none.
create table if not exists public.wallets (
    id text primary key,
    user_id text not null,
    currency text,
    may_be_negative boolean not null default false,
    created_at timestamptz not null
);

create table if not exists public.transactions (
    id text primary key,
    wallet_id text not null,
    amount_minor bigint,
    currency text,
    type text,
    transfer_id text,
    idempotency_key text,
    created_at timestamptz not null,
    created_by text not null
);

create table if not exists public.wallet_balances (
    wallet_id text not null,
    currency text not null,
    balance_minor bigint not null,
    last_updated timestamptz not null,
    primary key (wallet_id, currency)
);

create table if not exists public.user_balances (
    user_id text not null,
    currency text not null,
    balance_minor bigint not null,
    cached_at timestamptz not null,
    primary key (user_id, currency)
);

create table if not exists public.requests (
    id bigint generated always as identity primary key,
    type text not null,
    outcome text,
    duration_ms bigint,
    requested_at timestamptz not null
);

create table if not exists public.balance_repairs (
    repair_id bigint generated always as identity primary key,
    relation text not null check (relation in ('wallet_balances', 'user_balances')),
    object text not null,
    currency text not null,
    before_minor bigint,
    after_minor bigint not null,
    ledger_rows bigint not null,
    reason text not null check (btrim(reason) <> ''),
    repaired_by text not null,
    run_id text not null,
    repaired_at timestamptz not null default clock_timestamp()
);

create table if not exists public.balance_drifts (
    run_id text not null,
    scope text not null check (scope in ('recent', 'full')),
    currency text not null,
    wallets bigint not null,
    wallets_drifting bigint not null,
    drift_minor bigint not null check (drift_minor >= 0),
    measured_at timestamptz not null,
    primary key (run_id, currency)
);

create index if not exists transactions_wallet_id on public.transactions (wallet_id, currency);
create index if not exists transactions_created_at on public.transactions (created_at);
create index if not exists transactions_transfer_id on public.transactions (transfer_id);
create index if not exists transactions_idempotency_key on public.transactions (idempotency_key);
create index if not exists wallet_balances_last_updated on public.wallet_balances (last_updated);
create index if not exists user_balances_cached_at on public.user_balances (cached_at);
create index if not exists wallets_user_id on public.wallets (user_id);
create index if not exists requests_requested_at on public.requests (requested_at);
create index if not exists balance_drifts_measured_at on public.balance_drifts (measured_at);

-- Rows that no check can rely on (include/sql/books/wallet_balances.sql): the indexes of a healthy book are empty.
create index if not exists wallets_unreliable on public.wallets (id) where currency is null;
create index if not exists transactions_unreliable on public.transactions (id)
where
    type is null
    or type not in (
        'DEPOSIT', 'WITHDRAWAL', 'ESCROW_HOLD', 'ESCROW_RELEASE', 'PAYOUT', 'FEE', 'REFUND', 'TRANSFER', 'ADJUSTMENT'
    )
    or amount_minor is null
    or currency is null;
create index if not exists requests_unreliable on public.requests (id)
where outcome is null or outcome not in ('succeeded', 'failed') or duration_ms is null or duration_ms < 0;

grant usage on schema public to wallet_balances_ro, wallet_balances_operator, source_writer;
grant select on
public.wallets, public.transactions, public.wallet_balances, public.user_balances, public.requests,
public.balance_repairs, public.balance_drifts
to wallet_balances_ro, wallet_balances_operator;

-- The operator rebuilds projections and cached balances, says so, and touches nothing else. It can't say when.
grant insert, update (balance_minor, last_updated) on public.wallet_balances to wallet_balances_operator;
grant insert, update (balance_minor, cached_at) on public.user_balances to wallet_balances_operator;
grant insert (
    relation, object, currency, before_minor, after_minor, ledger_rows, reason, repaired_by, run_id
) on public.balance_repairs to wallet_balances_operator;
grant insert on public.balance_drifts to wallet_balances_operator;

grant select, insert on public.transactions, public.requests to source_writer;
grant select, insert, update, delete on
public.wallets, public.wallet_balances, public.user_balances
to source_writer;
