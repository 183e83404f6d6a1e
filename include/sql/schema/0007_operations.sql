-- Pauses, alerts and the outbox: what operations see, each written with the finding itself.
create table internal.pauses (
    pause_id bigint generated always as identity primary key,
    psp text not null,
    account text,
    event text not null check (event in ('paused', 'changed', 'resumed', 'expired', 'unreadable', 'skipped', 'proceeded')),
    paused_by text,
    reason text,
    since timestamptz,
    until timestamptz,
    attempt_id bigint references internal.attempts,
    requested_by text,
    exposure jsonb not null default '{}',
    seen_at timestamptz not null default clock_timestamp()
);

create index on internal.pauses (psp, pause_id);
comment on table internal.pauses is 'Every change of a pause that a run saw, and every run that it made skip or that proceeded in spite of it.';
comment on column internal.pauses.exposure is 'Divergence per currency in minor units at that moment, {"BRL": 123}.';

create table internal.alerts (
    alert_id bigint generated always as identity primary key,
    fingerprint text not null,
    name text not null,
    severity text not null check (severity in ('info', 'warning', 'high', 'critical')),
    psp text not null,
    account text,
    state text not null default 'open' check (state in ('open', 'closed')),
    reasons jsonb not null default '{}',
    summary text not null,
    run_id text,
    opened_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);

create unique index alerts_open on internal.alerts (fingerprint) where state = 'open';
comment on table internal.alerts is 'One row per cause; open until its recovery rule holds.';

create table internal.outbox (
    message_id bigint generated always as identity primary key,
    kind text not null check (kind in ('slack', 'payment_reconciliation_log')),
    dedupe_key text not null unique,
    payload jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    next_try_at timestamptz not null default clock_timestamp(),
    tries integer not null default 0,
    last_error text,
    delivered_at timestamptz
);

create index outbox_waiting on internal.outbox (next_try_at) where delivered_at is null;
comment on table internal.outbox is 'What must leave the warehouse, written in the transaction that found it, delivered after.';
