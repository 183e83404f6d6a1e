-- Books that check themselves: what each check found, and alerts that have a life.
create table internal.books (
    book text primary key,
    known_since timestamptz not null default clock_timestamp()
);

comment on table internal.books is 'The books that are checked, and since when that is known: from then on a check may be late.';

create table internal.check_runs (
    check_run_id bigint generated always as identity primary key,
    airflow_run_id text not null,
    book text not null,
    check_name text not null,
    window_start timestamptz,
    window_end timestamptz not null,
    outcome text not null check (outcome in ('holds', 'broken', 'could_not_check')),
    rows bigint not null default 0,
    totals jsonb not null default '{}',
    problem text,
    query_sha256 text not null,
    requested_by text,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    unique (airflow_run_id, book, check_name),
    check ((outcome = 'could_not_check') = (problem is not null))
);

create index on internal.check_runs (book, check_name, finished_at);
comment on table internal.check_runs is 'One row per check and Airflow run; a repeat of the same run replaces it.';

create table internal.violations (
    check_run_id bigint not null references internal.check_runs on delete cascade,
    place integer not null,
    object text not null,
    currency text,
    amount_minor bigint,
    occurred_at timestamptz,
    what text not null,
    primary key (check_run_id, place),
    check (amount_minor is null or currency is not null)
);

comment on table internal.violations is 'The rows that broke a check, the first thousand of each run.';

-- An alert is about a PSP, or about a book.
alter table internal.alerts alter column psp drop not null;
alter table internal.alerts add column book text;
alter table internal.alerts add constraint alerts_are_about_something check (num_nonnulls(psp, book) > 0);
alter table internal.alerts add column acknowledged_at timestamptz;
alter table internal.alerts add column acknowledged_by text;
alter table internal.alerts add column snoozed_until timestamptz;
alter table internal.alerts add column accepted_until timestamptz;
alter table internal.alerts add column accepted_by text;
alter table internal.alerts add column escalates_at timestamptz;
alter table internal.alerts add column escalates_to text;
alter table internal.alerts add column escalated_at timestamptz;
create index on internal.alerts (escalates_at) where state = 'open' and escalated_at is null;

create table internal.alert_changes (
    change_id bigint generated always as identity primary key,
    alert_id bigint not null references internal.alerts,
    event text not null check (
        event in (
            'opened', 'changed', 'acknowledged', 'snoozed', 'accepted', 'acceptance_expired', 'escalated', 'resolved'
        )
    ),
    changed_by text,
    note text,
    until timestamptz,
    changed_at timestamptz not null default clock_timestamp()
);

create index on internal.alert_changes (alert_id);
comment on table internal.alert_changes is 'What became of each alert: rows are only added.';

create function internal.life_of(state text, accepted_until timestamptz, acknowledged_at timestamptz) returns text
language sql immutable parallel safe as $$
    select
        case
            when state = 'closed' then 'resolved'
            when accepted_until is not null then 'accepted'
            when acknowledged_at is not null then 'acknowledged'
            else 'open'
        end
$$;

comment on function internal.life_of is 'Where an alert is in its life: open, acknowledged, accepted or resolved.';

create or replace view reconciliation.alerts as
select
    alert_id,
    fingerprint,
    name,
    severity,
    psp,
    account,
    state,
    reasons,
    summary,
    run_id,
    opened_at,
    updated_at,
    closed_at,
    book,
    internal.life_of(state, accepted_until, acknowledged_at) as life,
    acknowledged_at,
    acknowledged_by,
    snoozed_until,
    accepted_until,
    accepted_by,
    escalates_at,
    escalates_to,
    escalated_at
from internal.alerts;

comment on column reconciliation.alerts.book is 'The book that a check is about; NULL for alerts about a PSP.';
comment on column reconciliation.alerts.life is 'open, acknowledged, accepted or resolved.';
comment on column reconciliation.alerts.acknowledged_at is 'When somebody took it on.';
comment on column reconciliation.alerts.acknowledged_by is 'Who took it on.';
comment on column reconciliation.alerts.snoozed_until is 'Until when nothing more is said of it.';
comment on column reconciliation.alerts.accepted_until is 'Until when it is accepted as it is; then it is open again.';
comment on column reconciliation.alerts.accepted_by is 'Who accepted it.';
comment on column reconciliation.alerts.escalates_at is 'When it goes to somebody else, unless it is acknowledged before.';
comment on column reconciliation.alerts.escalates_to is 'To whom it goes then.';
comment on column reconciliation.alerts.escalated_at is 'When it went there.';

create view reconciliation.alert_changes as
select
    change_id,
    alert_id,
    event,
    changed_by,
    note,
    until,
    changed_at
from internal.alert_changes;

comment on view reconciliation.alert_changes is 'What became of each alert: opened, acknowledged, snoozed, accepted, escalated, resolved.';
comment on column reconciliation.alert_changes.change_id is 'Number of the change.';
comment on column reconciliation.alert_changes.alert_id is 'The alert.';
comment on column reconciliation.alert_changes.event is 'opened, changed, acknowledged, snoozed, accepted, acceptance_expired, escalated or resolved.';
comment on column reconciliation.alert_changes.changed_by is 'Who did it; NULL where a check or the clock did.';
comment on column reconciliation.alert_changes.note is 'Why.';
comment on column reconciliation.alert_changes.until is 'Until when a snooze or an acceptance holds.';
comment on column reconciliation.alert_changes.changed_at is 'When.';

create view reconciliation.check_runs as
select
    check_run_id,
    book,
    check_name,
    window_start,
    window_end,
    outcome,
    rows,
    totals,
    problem,
    query_sha256,
    requested_by,
    started_at,
    finished_at,
    airflow_run_id
from internal.check_runs;

comment on view reconciliation.check_runs is 'What each check of a book found, one row per check and Airflow run.';
comment on column reconciliation.check_runs.check_run_id is 'Number of the row.';
comment on column reconciliation.check_runs.book is 'The book.';
comment on column reconciliation.check_runs.check_name is 'The sentence that must be true: a file of include/sql/invariants/<book>.';
comment on column reconciliation.check_runs.window_start is 'Start of the span whose objects were looked at; NULL where all of the book was.';
comment on column reconciliation.check_runs.window_end is 'The moment for which it was asked.';
comment on column reconciliation.check_runs.outcome is 'holds, broken or could_not_check.';
comment on column reconciliation.check_runs.rows is 'How many rows broke it.';
comment on column reconciliation.check_runs.totals is 'Rows and signed minor units of the rows that broke it, by currency.';
comment on column reconciliation.check_runs.problem is 'Why it could not be checked.';
comment on column reconciliation.check_runs.query_sha256 is 'SHA-256 of the file that was asked.';
comment on column reconciliation.check_runs.requested_by is 'Who triggered it; NULL for the schedule.';
comment on column reconciliation.check_runs.started_at is 'When it began.';
comment on column reconciliation.check_runs.finished_at is 'When it ended.';
comment on column reconciliation.check_runs.airflow_run_id is 'The Airflow run.';

create view reconciliation.violations as
select
    violations.check_run_id,
    check_runs.book,
    check_runs.check_name,
    violations.place,
    violations.object,
    violations.currency,
    violations.amount_minor,
    violations.occurred_at,
    violations.what
from internal.violations
inner join internal.check_runs on violations.check_run_id = check_runs.check_run_id;

comment on view reconciliation.violations is 'The rows that broke a check, the first thousand of each run.';
comment on column reconciliation.violations.check_run_id is 'The run of the check.';
comment on column reconciliation.violations.book is 'The book.';
comment on column reconciliation.violations.check_name is 'The sentence that is not true of it.';
comment on column reconciliation.violations.place is 'Its place in the answer.';
comment on column reconciliation.violations.object is 'What it is about, such as a transaction or a wallet.';
comment on column reconciliation.violations.currency is 'Currency of the amount.';
comment on column reconciliation.violations.amount_minor is 'The amount that is wrong, signed, in minor units; NULL where no amount is.';
comment on column reconciliation.violations.occurred_at is 'When it happened, as far as the book says.';
comment on column reconciliation.violations.what is 'What was expected and what was found.';

grant select on
reconciliation.alert_changes, reconciliation.check_runs, reconciliation.violations
to reconciliation_rw, reconciliation_ro;
grant select, insert on
internal.books, internal.check_runs, internal.violations, internal.alert_changes
to reconciliation_rw;
-- A repeat of the same Airflow run replaces what it found; an alert's history is only added to.
grant delete on internal.check_runs, internal.violations to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
