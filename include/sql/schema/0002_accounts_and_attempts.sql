-- Who is reconciled, what a run was asked to do, and where each account's chain of runs stands.
create table internal.accounts (
    account_id integer generated always as identity primary key,
    psp text not null,
    account text not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    unique (psp, account)
);

comment on table internal.accounts is 'One row per PSP account: the unit of chains, locks and identities.';
comment on column internal.accounts.first_seen_at is 'Where the delay of an account that has never published begins to count.';

create table internal.attempts (
    attempt_id bigint generated always as identity primary key,
    account_id integer not null references internal.accounts,
    airflow_run_id text not null,
    trigger text not null check (trigger in ('scheduled', 'manual', 'backfill', 'asset', 'command')),
    requested_by text,
    request_note text,
    window_start timestamptz not null,
    window_end timestamptz not null,
    as_of timestamptz not null,
    reprocess_from timestamptz,
    reprocess_to timestamptz,
    supersedes_run_id text,
    dry_run boolean not null,
    include_paused boolean not null,
    code_version text not null,
    rules_sha256 text not null,
    rules jsonb not null,
    -- What the later steps add; each is written once and then read, never chosen again.
    fetched_at timestamptz,
    validated_at timestamptz,
    extract_sha256 text,
    extracted_at timestamptz,
    predecessor_run_id text,
    matched_against_token bigint,
    run_id text,
    matched_at timestamptz,
    checked_at timestamptz,
    verdict text,
    published_run_id text,
    state text not null default 'chosen' check (state in ('chosen', 'published', 'refused', 'abandoned')),
    chosen_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check (window_start < window_end),
    check ((reprocess_from is null) = (reprocess_to is null))
);

-- One attempt in use per Airflow run and account; an abandoned one (other code) is chosen anew.
create unique index attempts_in_use on internal.attempts (account_id, airflow_run_id)
where state <> 'abandoned';

comment on table internal.attempts is 'What a run was asked to do, written before it starts; retries read it and choose nothing.';
comment on column internal.attempts.matched_against_token is 'The fencing token of the head that the matching saw.';

create table internal.heads (
    account_id integer primary key references internal.accounts,
    run_number bigint,
    run_id text,
    fencing_token bigint not null default 0,
    as_of timestamptz,
    watermark timestamptz,
    moved_at timestamptz
);

comment on table internal.heads is 'The current position of each account: its last published run, moved by compare and swap.';
comment on column internal.heads.fencing_token is 'Grows by one with each publication; a run matched against an older one cannot publish.';
