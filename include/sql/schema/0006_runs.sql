-- Published runs: verdict, totals of every identity, and the discrepancies as they stood.
create table internal.runs (
    run_number bigint generated always as identity primary key,
    run_id text not null unique check (run_id ~ '^[0-9a-f]{64}$'),
    account_id integer not null references internal.accounts,
    attempt_id bigint not null references internal.attempts,
    window_start timestamptz not null,
    window_end timestamptz not null,
    as_of timestamptz not null,
    predecessor_run_id text,
    supersedes_run_id text,
    trigger text not null,
    dry_run boolean not null,
    verdict text not null check (verdict in ('incomplete', 'discrepancies', 'reconciled_with_pending', 'reconciled')),
    verdict_reasons text[] not null default '{}',
    is_published boolean not null,
    statement_lines bigint not null,
    ledger_transactions bigint not null,
    matched bigint not null,
    pending bigint not null,
    discrepancies bigint not null,
    late_statement_lines bigint not null default 0,
    late_ledger_transactions bigint not null default 0,
    covered_until timestamptz,
    extract_sha256 text not null,
    rules_sha256 text not null,
    code_version text not null,
    started_at timestamptz not null,
    published_at timestamptz not null default clock_timestamp()
);

create index on internal.runs (account_id, run_number);
comment on table internal.runs is 'One row per run that ended: in the chain, as a dry run, or stored because an identity failed.';
comment on column internal.runs.is_published is 'True for links of the chain; false for dry runs and for runs whose identity failed.';

create table internal.run_totals (
    run_number bigint not null references internal.runs,
    leg text not null,
    currency text not null,
    measure text not null check (measure in ('gross', 'fee', 'tax')),
    statement_minor bigint not null,
    ledger_minor bigint not null,
    existence_minor bigint not null,
    multiplicity_minor bigint not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    currency_minor bigint not null,
    state_minor bigint not null,
    pending_statement_minor bigint not null,
    pending_ledger_minor bigint not null,
    tolerance_minor bigint not null,
    not_expected_statement_minor bigint not null,
    not_expected_ledger_minor bigint not null,
    corrections_minor bigint not null,
    not_comparable_minor bigint not null,
    residual_minor bigint not null,
    primary key (run_number, leg, currency, measure)
);

comment on table internal.run_totals is 'Each term of the identity: statement - ledger = the other terms + residual.';

create table internal.run_rolls (
    run_number bigint not null references internal.runs,
    leg text not null,
    side text not null,
    currency text not null,
    opening_rows bigint not null,
    opening_minor bigint not null,
    new_rows bigint not null,
    new_minor bigint not null,
    reopened_rows bigint not null,
    reopened_minor bigint not null,
    cleared_rows bigint not null,
    cleared_minor bigint not null,
    restated_rows bigint not null,
    restated_minor bigint not null,
    closing_rows bigint not null,
    closing_minor bigint not null,
    primary key (run_number, leg, side, currency)
);

comment on table internal.run_rolls is 'The roll-forward of open items: opening + new + reopened - cleared + restated = closing.';

create table internal.run_buckets (
    run_number bigint not null references internal.runs,
    leg text not null,
    side text not null,
    in_force_rows bigint not null,
    matched_rows bigint not null,
    pending_rows bigint not null,
    discrepancy_rows bigint not null,
    not_expected_rows bigint not null,
    primary key (run_number, leg, side)
);

comment on table internal.run_buckets is 'Per leg and side: rows in force = matched + pending + discrepancy + not expected.';

create table internal.run_not_compared (
    run_number bigint not null references internal.runs,
    leg text not null,
    currency text not null,
    what text not null check (what in ('gross', 'fee', 'tax')),
    lines bigint not null,
    amount_minor bigint not null,
    primary key (run_number, leg, currency, what)
);

comment on table internal.run_not_compared is 'What the run could not compare, with its size: never 0 by silence.';

create table internal.run_inputs (
    run_number bigint not null references internal.runs,
    statement_id bigint not null references internal.statements,
    primary key (run_number, statement_id)
);

comment on table internal.run_inputs is 'The statements that a run brought into force.';

create table internal.discrepancy_versions (
    run_number bigint not null references internal.runs,
    discrepancy_id text not null,
    event_id text not null,
    account_id integer not null,
    leg text not null,
    aspect text not null,
    kind text not null,
    change text not null check (change in ('new', 'persisting', 'restated', 'reopened', 'resolved')),
    status text not null check (status in ('open', 'accepted', 'in_correction', 'with_psp', 'closed')),
    episode integer not null,
    severity text not null,
    currency text,
    statement_minor bigint,
    ledger_minor bigint,
    delta_minor bigint not null,
    exposure_minor bigint check (exposure_minor >= 0),
    psp_reference text,
    merchant_reference text,
    occurred_at timestamptz,
    due_at timestamptz,
    due_on date,
    first_run_id text not null,
    explanation text not null,
    statement_file text,
    statement_row integer,
    payment_key text,
    primary key (run_number, discrepancy_id)
);

comment on table internal.discrepancy_versions is 'Each discrepancy as it stood in each run: open ones, and those that the run resolved.';

create table internal.discrepancy_identities (
    account_id integer not null,
    leg text not null,
    aspect text not null,
    member_key text not null,
    discrepancy_id text not null,
    opened_run_number bigint not null,
    primary key (account_id, leg, aspect, member_key, discrepancy_id)
);

comment on table internal.discrepancy_identities is 'Which rows a discrepancy has had as members: how it keeps its id when it changes or comes back.';

create table internal.run_files (
    run_id text not null,
    name text not null,
    content_sha256 text not null,
    size_bytes bigint not null,
    code_version text not null,
    primary key (run_id, name)
);

comment on table internal.run_files is 'Report files of a run; their bytes are kept under their hash, so a lost folder can be restored.';
