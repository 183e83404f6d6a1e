-- What does the payouts system look like, as far as its checks and the payout operations read and write it?
--
-- Grain:   no rows; creates payouts (one row per payout that somebody is owed), provider_payouts (one per
--          order to a provider), outbox (one task per order that must leave the house), provider_events
--          (what providers have said), ledger_groups with ledger_entries, and integrity_alerts.
-- Binds:   none. Stands in for the company's own system on the embedded server. Amounts are minor units of
--          their currency: those of a payout positive, those of an entry signed, debit positive. Nothing here
--          holds what the checks look for: a book that could not be wrong would need none.
-- CREATED -> PROCESSING -> PAID or FAILED; QUARANTINED from any state that is not an end.
create table if not exists public.payouts (
    id text primary key,
    payee_reference text not null,
    amount_minor bigint,
    currency text,
    status text,
    quarantine_reason text,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

-- CREATED -> SENT -> SUCCEEDED or FAILED; QUARANTINED from any state that is not an end.
create table if not exists public.provider_payouts (
    id text primary key,
    payout_id text not null references public.payouts (id),
    provider text not null,
    idempotency_key text,
    provider_reference text,
    amount_minor bigint,
    currency text,
    status text,
    created_at timestamptz not null,
    sent_at timestamptz,
    updated_at timestamptz not null
);

create index if not exists provider_payouts_payout_id on public.provider_payouts (payout_id);
create index if not exists provider_payouts_idempotency_key on public.provider_payouts (idempotency_key);
create index if not exists provider_payouts_sent on public.provider_payouts (sent_at) where status = 'SENT';
create index if not exists provider_payouts_updated_at on public.provider_payouts (updated_at);
create index if not exists provider_payouts_succeeded on public.provider_payouts (id)
include (updated_at, currency, amount_minor) where status = 'SUCCEEDED';

-- PENDING -> SENDING (claimed by a worker, the request may be on its way) -> SENT or FAILED.
create table if not exists public.outbox (
    id bigint generated always as identity primary key,
    provider_payout_id text not null references public.provider_payouts (id),
    status text,
    queued_at timestamptz,
    claimed_at timestamptz,
    finished_at timestamptz,
    tries integer not null default 0
);

create index if not exists outbox_provider_payout_id on public.outbox (provider_payout_id);
create index if not exists outbox_live on public.outbox (queued_at) where status in ('PENDING', 'SENDING');
create index if not exists outbox_claimed_at on public.outbox (claimed_at);

-- The way in for what a provider says, by webhook or asked for: the application takes it up from here.
create table if not exists public.provider_events (
    id bigint generated always as identity primary key,
    provider_payout_id text not null references public.provider_payouts (id),
    idempotency_key text not null,
    status text not null,
    provider_reference text,
    amount_minor bigint,
    currency text,
    origin text not null,
    received_at timestamptz not null default clock_timestamp(),
    processed_at timestamptz,
    unique (provider_payout_id, idempotency_key, status)
);

create table if not exists public.ledger_groups (
    id text primary key,
    provider_payout_id text references public.provider_payouts (id),
    kind text not null,
    created_at timestamptz not null
);

create index if not exists ledger_groups_provider_payout_id on public.ledger_groups (provider_payout_id);
create index if not exists ledger_groups_finalised on public.ledger_groups (provider_payout_id, created_at)
where kind = 'payout_finalised';

create table if not exists public.ledger_entries (
    id bigint generated always as identity primary key,
    ledger_group_id text not null references public.ledger_groups (id),
    account text not null,
    amount_minor bigint,
    currency text,
    created_at timestamptz not null
);

create index if not exists ledger_entries_ledger_group_id on public.ledger_entries (ledger_group_id);
create index if not exists ledger_entries_created_at on public.ledger_entries (created_at);

create table if not exists public.integrity_alerts (
    id bigint generated always as identity primary key,
    kind text not null,
    severity text not null,
    status text,
    provider_payout_id text references public.provider_payouts (id),
    ledger_group_id text references public.ledger_groups (id),
    created_at timestamptz not null
);

-- Rows that no check can rely on (include/sql/books/payouts.sql): the indexes of a healthy book are empty.
create index if not exists payouts_unreliable on public.payouts (id)
where status is null or status not in ('CREATED', 'PROCESSING', 'PAID', 'FAILED', 'QUARANTINED');
create index if not exists provider_payouts_unreliable on public.provider_payouts (id)
where
    status is null
    or status not in ('CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'QUARANTINED')
    or amount_minor is null
    or currency is null
    or idempotency_key is null
    or (status = 'SENT' and sent_at is null);
create index if not exists outbox_unreliable on public.outbox (id)
where
    status is null
    or status not in ('PENDING', 'SENDING', 'SENT', 'FAILED')
    or queued_at is null
    or (status = 'SENDING' and claimed_at is null);
create index if not exists ledger_entries_unreliable on public.ledger_entries (id)
where amount_minor is null or currency is null;
create index if not exists integrity_alerts_unreliable on public.integrity_alerts (id)
where status is null or status not in ('OPEN', 'ACKNOWLEDGED', 'RESOLVED');

-- The one thing that may be put back in the queue from outside: the same task, with the key that it has,
-- as long as it is the very send that was asked about.
create or replace function public.requeue_outbox_task(task_id bigint, same_key text, claim timestamptz)
returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    order_id text;
begin
    select task.provider_payout_id into order_id
    from public.outbox as task
    inner join public.provider_payouts as provider_payout on task.provider_payout_id = provider_payout.id
    inner join public.payouts as payout on provider_payout.payout_id = payout.id
    where
        task.id = task_id
        and task.status in ('SENDING', 'SENT')
        and task.claimed_at = claim
        and provider_payout.idempotency_key = same_key
        and provider_payout.status in ('CREATED', 'SENT')
        and payout.status in ('CREATED', 'PROCESSING')
    for update;
    if not found then
        return false;
    end if;
    update public.outbox set status = 'PENDING', queued_at = clock_timestamp(), finished_at = null
    where id = task_id;
    update public.provider_payouts set status = 'CREATED', sent_at = null, updated_at = clock_timestamp()
    where id = order_id;
    return true;
end
$$;

revoke all on function public.requeue_outbox_task from public;

-- Checks read; they write nothing.
grant usage on schema public to payouts_ro, payouts_operator, source_writer;
grant select on all tables in schema public to payouts_ro;

-- Payout operations read what they ask about, add what a provider has said, and put a task back in the queue.
grant select on
    public.payouts, public.provider_payouts, public.outbox, public.provider_events
to payouts_operator;
grant insert (
    provider_payout_id, idempotency_key, status, provider_reference, amount_minor, currency, origin
) on public.provider_events to payouts_operator;
grant execute on function public.requeue_outbox_task to payouts_operator;

grant select, insert, update, delete on all tables in schema public to source_writer;
