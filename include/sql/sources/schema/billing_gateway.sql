-- What does the billing gateway's database look like, as far as a reconciliation reads and writes it?
--
-- Grain:   no rows; creates payment_intents (one row per intent), payment_transactions (one row per attempt
--          at money) and payment_reconciliation_logs (one row per published run).
-- Binds:   none. Stands in for the company's own gateway on the embedded server.
create table if not exists public.payment_intents (
    id text primary key,
    provider text not null,
    provider_account text not null,
    provider_reference text,
    merchant_reference text,
    amount_minor bigint not null,
    currency text not null,
    status text not null,
    created_at timestamptz not null
);

create index if not exists payment_intents_created_at on public.payment_intents (created_at);

create table if not exists public.payment_transactions (
    id text primary key,
    intent_id text not null references public.payment_intents (id),
    transaction_type text not null,
    status text not null,
    amount_minor bigint not null,
    currency text not null,
    provider_reference text,
    created_at timestamptz not null,
    processed_at timestamptz
);

create index if not exists payment_transactions_intent_id on public.payment_transactions (intent_id);
create index if not exists payment_transactions_created_at on public.payment_transactions (created_at);
create index if not exists payment_transactions_processed_at on public.payment_transactions (processed_at);
create index if not exists payment_transactions_provider_reference
on public.payment_transactions (provider_reference);

create table if not exists public.payment_reconciliation_logs (
    id bigint generated always as identity primary key,
    provider text not null,
    account text not null,
    run_id text not null unique,
    window_start timestamptz not null,
    window_end timestamptz not null,
    verdict text not null,
    matched bigint not null,
    pending bigint not null,
    discrepancies bigint not null,
    divergence jsonb not null,
    notes text,
    created_at timestamptz not null default now()
);

-- Rows that no check can rely on (include/sql/books/billing_gateway.sql): the indexes of a healthy book are empty.
create index if not exists payment_intents_unreliable on public.payment_intents (id)
where
    status is null
    or status not in (
        'created', 'authorized', 'authorised', 'captured', 'settled', 'refunded', 'voided', 'expired', 'cancelled',
        'failed'
    )
    or id is null
    or provider is null
    or provider_account is null
    or amount_minor is null
    or currency is null
    or created_at is null;
create index if not exists payment_transactions_unreliable on public.payment_transactions (id)
where
    transaction_type is null
    or transaction_type not in (
        'authorization', 'authorisation', 'capture', 'sale', 'void', 'expiry', 'refund', 'chargeback',
        'chargeback_reversal'
    )
    or status is null
    or status not in ('succeeded', 'pending', 'processing', 'cancelled', 'failed')
    or id is null
    or intent_id is null
    or amount_minor is null
    or currency is null
    or created_at is null;

grant usage on schema public to billing_gateway_app, billing_gateway_ro, source_writer;
grant select on
    public.payment_intents, public.payment_transactions, public.payment_reconciliation_logs
to billing_gateway_app, billing_gateway_ro;
-- Rows are only ever added: a repeat of the same run is refused by the unique run_id.
grant insert on public.payment_reconciliation_logs to billing_gateway_app;
grant select, insert, update, delete on
    public.payment_intents, public.payment_transactions
to source_writer;
grant select on public.payment_reconciliation_logs to source_writer;
