-- The replay of payments from their events: what was verified, what differs, and what was stopped for it.
create table internal.payment_replays (
    replay_id bigint generated always as identity primary key,
    airflow_run_id text not null,
    payment_id text,
    recorded_from timestamptz,
    recorded_to timestamptz,
    requested_by text,
    note text,
    read_at timestamptz not null,
    payments bigint not null default 0,
    events bigint not null default 0,
    behind bigint not null default 0,
    different bigint not null default 0,
    not_checked bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);

create index payment_replays_airflow_run_id on internal.payment_replays (airflow_run_id);
comment on table internal.payment_replays is 'One row per replay of payments; without an end it was killed, or is still at work.';

create table internal.payment_replay_findings (
    replay_id bigint not null references internal.payment_replays,
    payment_id text not null,
    outcome text not null check (outcome in ('different', 'not_checked')),
    sentences jsonb not null,
    replayed_state text not null,
    replayed_sequence_number integer not null,
    replayed_sha256 text not null,
    stored_state text,
    stored_sequence_number integer,
    stored_sha256 text,
    evidence_sha256 text not null,
    found_at timestamptz not null default clock_timestamp(),
    primary key (replay_id, payment_id)
);

comment on table internal.payment_replay_findings is 'One row per payment whose replay differs from its projection, or could not be told; never changed.';

create table internal.stop_requests (
    stop_request_id bigint generated always as identity primary key,
    variable text not null,
    reason text not null,
    replay_id bigint references internal.payment_replays,
    requested_by text not null,
    requested_at timestamptz not null default clock_timestamp(),
    set_at timestamptz
);

create unique index stop_requests_waiting on internal.stop_requests (variable) where set_at is null;
comment on table internal.stop_requests is 'Why a stop Variable was, or is to be, set to false: written in the transaction that found the reason.';

create view reconciliation.payment_replays as
select
    replay_id,
    airflow_run_id,
    payment_id,
    recorded_from,
    recorded_to,
    requested_by,
    note,
    case
        when ended_at is null then 'not_ended'
        when different > 0 then 'different'
        when not_checked > 0 then 'not_checked'
        else 'same'
    end as verdict,
    payments,
    events,
    behind,
    different,
    not_checked,
    read_at,
    started_at,
    ended_at
from internal.payment_replays;

create view reconciliation.payment_replay_findings as
select
    replay_id,
    payment_id,
    outcome,
    sentences,
    replayed_state,
    replayed_sequence_number,
    replayed_sha256,
    stored_state,
    stored_sequence_number,
    stored_sha256,
    evidence_sha256,
    found_at
from internal.payment_replay_findings;

create view reconciliation.stop_requests as
select
    stop_request_id,
    variable,
    reason,
    replay_id,
    requested_by,
    requested_at,
    set_at
from internal.stop_requests;

comment on view reconciliation.payment_replays is 'Replays of payments from their events, one row each.';
comment on column reconciliation.payment_replays.replay_id is 'The number of the replay.';
comment on column reconciliation.payment_replays.airflow_run_id is 'The Airflow run that made it; a repeated task makes a replay of its own.';
comment on column reconciliation.payment_replays.payment_id is 'The one payment that was asked for; NULL for all, or for a span.';
comment on column reconciliation.payment_replays.recorded_from is 'Start of the span that was asked for: payments with something recorded in it. NULL without one.';
comment on column reconciliation.payment_replays.recorded_to is 'End of the span, not included.';
comment on column reconciliation.payment_replays.requested_by is 'Who triggered it, as Airflow says.';
comment on column reconciliation.payment_replays.note is 'Why, as the form says.';
comment on column reconciliation.payment_replays.verdict is 'not_ended, different, not_checked (an event that nobody knows), or same: the first that applies.';
comment on column reconciliation.payment_replays.payments is 'Payments that were replayed.';
comment on column reconciliation.payment_replays.events is 'Events that were read for them.';
comment on column reconciliation.payment_replays.behind is 'Payments whose projection stood at an earlier event, rightly, for less than half a minute.';
comment on column reconciliation.payment_replays.different is 'Payments whose projection is not what their events give.';
comment on column reconciliation.payment_replays.not_checked is 'Payments with an event of a type or reason that nobody has declared.';
comment on column reconciliation.payment_replays.read_at is 'The instant of the snapshot, by the clock of the event store''s database.';
comment on column reconciliation.payment_replays.started_at is 'When it began.';
comment on column reconciliation.payment_replays.ended_at is 'When it was through; NULL while it is at work, and for good when it was killed.';

comment on view reconciliation.payment_replay_findings is 'Payments whose replay differs from their projection or could not be told, one row per replay and payment.';
comment on column reconciliation.payment_replay_findings.replay_id is 'The replay that found it.';
comment on column reconciliation.payment_replay_findings.payment_id is 'The payment.';
comment on column reconciliation.payment_replay_findings.outcome is 'different, or not_checked.';
comment on column reconciliation.payment_replay_findings.sentences is 'What differs, one sentence each.';
comment on column reconciliation.payment_replay_findings.replayed_state is 'The state that the events give.';
comment on column reconciliation.payment_replay_findings.replayed_sequence_number is 'The number of the last event that could be followed.';
comment on column reconciliation.payment_replay_findings.replayed_sha256 is 'SHA-256 of the replayed state in its canonical form.';
comment on column reconciliation.payment_replay_findings.stored_state is 'The state that the projection says; NULL where there is none.';
comment on column reconciliation.payment_replay_findings.stored_sequence_number is 'The number of the event that the projection says it stands at.';
comment on column reconciliation.payment_replay_findings.stored_sha256 is 'The hash that is stored with the projection.';
comment on column reconciliation.payment_replay_findings.evidence_sha256 is 'Names the file of the store that keeps all rows of the payment as they were read.';
comment on column reconciliation.payment_replay_findings.found_at is 'When it was found.';

comment on view reconciliation.stop_requests is 'Why payments were stopped by the pipeline, one row per reason.';
comment on column reconciliation.stop_requests.stop_request_id is 'The number of the request.';
comment on column reconciliation.stop_requests.variable is 'The Airflow Variable that is set to false.';
comment on column reconciliation.stop_requests.reason is 'Why.';
comment on column reconciliation.stop_requests.replay_id is 'The replay that found the reason.';
comment on column reconciliation.stop_requests.requested_by is 'What or who asked for it.';
comment on column reconciliation.stop_requests.requested_at is 'When the reason was found.';
comment on column reconciliation.stop_requests.set_at is 'When the Variable was set; NULL while it is not.';

grant select on reconciliation.payment_replays, reconciliation.payment_replay_findings, reconciliation.stop_requests
to reconciliation_rw, reconciliation_ro;
grant select, insert on
internal.payment_replays, internal.payment_replay_findings, internal.stop_requests
to reconciliation_rw;
grant update (payments, events, behind, different, not_checked, ended_at) on internal.payment_replays
to reconciliation_rw;
grant update (set_at) on internal.stop_requests to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
