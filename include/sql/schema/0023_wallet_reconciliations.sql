-- Runs of the wallets' reconciliation: what was asked, and how each ended.
create table internal.wallet_reconciliations (
    run_number bigint generated always as identity primary key,
    airflow_run_id text not null unique,
    scope text not null check (scope in ('recent', 'full', 'one')),
    wallet_id text,
    dry_run boolean not null,
    reason text not null,
    requested_by text,
    outcome text check (outcome in ('done', 'failed', 'stopped')),
    problem text,
    wallets bigint,
    drifting bigint,
    repaired bigint,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check ((scope = 'one') = (wallet_id is not null))
);

comment on table internal.wallet_reconciliations is 'One row per run of wallet_balance_reconciliation; without an outcome it is going on, or died.';

create view reconciliation.wallet_reconciliations as
select
    run_number,
    airflow_run_id,
    scope,
    wallet_id,
    dry_run,
    reason,
    requested_by,
    outcome,
    problem,
    wallets,
    drifting,
    repaired,
    started_at,
    finished_at
from internal.wallet_reconciliations;

comment on view reconciliation.wallet_reconciliations is 'What each run of wallet_balance_reconciliation was asked, and how it ended.';
comment on column reconciliation.wallet_reconciliations.run_number is 'Number of the run.';
comment on column reconciliation.wallet_reconciliations.airflow_run_id is 'The Airflow run; the repair log of the book names it.';
comment on column reconciliation.wallet_reconciliations.scope is 'recent, full or one.';
comment on column reconciliation.wallet_reconciliations.wallet_id is 'The wallet, where it was about one.';
comment on column reconciliation.wallet_reconciliations.dry_run is 'Whether it only said what it would do.';
comment on column reconciliation.wallet_reconciliations.reason is 'Why.';
comment on column reconciliation.wallet_reconciliations.requested_by is 'Who triggered it; NULL for the schedule.';
comment on column reconciliation.wallet_reconciliations.outcome is 'done, failed, or stopped by the emergency stop; NULL while it goes on, or when it died.';
comment on column reconciliation.wallet_reconciliations.problem is 'Why it failed or was stopped.';
comment on column reconciliation.wallet_reconciliations.wallets is 'Wallets that were looked at.';
comment on column reconciliation.wallet_reconciliations.drifting is 'Projections and cached balances that were not what the ledger adds up to.';
comment on column reconciliation.wallet_reconciliations.repaired is 'Projections and cached balances that were rebuilt.';
comment on column reconciliation.wallet_reconciliations.started_at is 'When it began.';
comment on column reconciliation.wallet_reconciliations.finished_at is 'When it ended.';

grant select on reconciliation.wallet_reconciliations to reconciliation_rw, reconciliation_ro;
grant select, insert, update on internal.wallet_reconciliations to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
