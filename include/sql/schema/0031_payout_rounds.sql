-- Rounds of payout operations: that one was made, and how it ended, also when there was nothing to ask.
create table internal.payout_rounds (
    round_id bigint generated always as identity primary key,
    operation text not null check (operation in ('reconcile_pull', 'stuck_repair')),
    outcome text not null check (outcome in ('done', 'failed', 'stopped')),
    problem text,
    counts jsonb not null default '{}',
    ended_at timestamptz not null default clock_timestamp(),
    check ((outcome = 'done') = (problem is null))
);

create index on internal.payout_rounds (operation, round_id);
comment on table internal.payout_rounds is 'One row per round of a payout operation that came to an end; one that was killed has none. Rows are only added.';

create view reconciliation.payout_rounds as
select
    round_id,
    operation,
    outcome,
    problem,
    counts,
    ended_at
from internal.payout_rounds;

comment on view reconciliation.payout_rounds is 'Each round of a payout operation that came to an end, and how it did.';
comment on column reconciliation.payout_rounds.round_id is 'Number of the round.';
comment on column reconciliation.payout_rounds.operation is 'reconcile_pull or stuck_repair.';
comment on column reconciliation.payout_rounds.outcome is 'done, failed, or stopped by the emergency stop.';
comment on column reconciliation.payout_rounds.problem is 'Why it failed or was stopped.';
comment on column reconciliation.payout_rounds.counts is 'Payouts that came into question, were asked about, and what was decided, as numbers.';
comment on column reconciliation.payout_rounds.ended_at is 'When it ended.';

grant select on reconciliation.payout_rounds to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.payout_rounds to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;

comment on table internal.emergency_stops is 'Each time payments or refunds were stopped or started again, by hand or by a replay; rows are only added.';
