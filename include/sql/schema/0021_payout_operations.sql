-- What providers said about payouts, what was decided about each, and what came of it: rows that are only added.
create table internal.payout_claims (
    provider_payout_id text primary key,
    claimed_until timestamptz not null
);

comment on table internal.payout_claims is 'Who is asking about a payout right now; a claim that runs out is free again.';

create table internal.payout_answers (
    answer_id bigint generated always as identity primary key,
    operation text not null check (operation in ('reconcile_pull', 'stuck_repair')),
    provider text not null,
    provider_payout_id text not null,
    idempotency_key text not null,
    outbox_task_id bigint not null,
    send_claimed_at timestamptz not null,
    answer text not null check (
        answer in (
            'succeeded', 'failed', 'in_progress', 'unknown', 'contradiction', 'unreadable', 'no_answer'
        )
    ),
    provider_reference text,
    amount_minor bigint,
    currency text,
    detail text,
    asked_at timestamptz not null,
    answered_at timestamptz not null default clock_timestamp()
);

create index on internal.payout_answers (idempotency_key, answer_id);
create index on internal.payout_answers (provider_payout_id, answer_id);
comment on table internal.payout_answers is 'One row per question to a provider; send_claimed_at says which send of the payout it was about.';

create table internal.payout_decisions (
    decision_id bigint generated always as identity primary key,
    answer_id bigint not null unique references internal.payout_answers,
    provider_payout_id text not null,
    idempotency_key text not null,
    outbox_task_id bigint not null,
    send_claimed_at timestamptz not null,
    action text not null check (action in ('wait', 'deliver', 'requeue', 'hand_over')),
    reason text not null,
    needs_human boolean not null,
    decided_at timestamptz not null default clock_timestamp()
);

create index on internal.payout_decisions (idempotency_key, decision_id);
comment on table internal.payout_decisions is 'What was decided after an answer, written down before it is done.';

create table internal.payout_effects (
    decision_id bigint primary key references internal.payout_decisions,
    effect text not null check (effect in ('written', 'nothing_to_write')),
    noted_at timestamptz not null default clock_timestamp()
);

comment on table internal.payout_effects is 'What a decision changed in the payouts system: nothing where its state had moved on.';

create view reconciliation.payout_answers as
select
    payout_answers.answer_id,
    payout_answers.operation,
    payout_answers.provider,
    payout_answers.provider_payout_id,
    payout_answers.idempotency_key,
    payout_answers.answer,
    payout_answers.provider_reference,
    payout_answers.amount_minor,
    payout_answers.currency,
    payout_answers.detail,
    payout_answers.asked_at,
    payout_answers.answered_at,
    payout_decisions.action,
    payout_decisions.reason,
    payout_decisions.needs_human,
    payout_decisions.decided_at,
    payout_effects.effect,
    payout_effects.noted_at as effect_at
from internal.payout_answers
left join internal.payout_decisions on payout_answers.answer_id = payout_decisions.answer_id
left join internal.payout_effects on payout_decisions.decision_id = payout_effects.decision_id;

comment on view reconciliation.payout_answers is 'What providers were asked about payouts, what they said, what was decided, and what came of it.';
comment on column reconciliation.payout_answers.answer_id is 'Number of the answer, in the order in which they came.';
comment on column reconciliation.payout_answers.operation is 'Who asked: reconcile_pull or stuck_repair.';
comment on column reconciliation.payout_answers.provider is 'The provider that was asked.';
comment on column reconciliation.payout_answers.provider_payout_id is 'The payout''s id in the payouts system.';
comment on column reconciliation.payout_answers.idempotency_key is 'The key that the payout is sent with, and was asked about by.';
comment on column reconciliation.payout_answers.answer is 'succeeded, failed, in_progress, unknown, contradiction, unreadable or no_answer.';
comment on column reconciliation.payout_answers.provider_reference is 'The provider''s own reference, where it named one.';
comment on column reconciliation.payout_answers.amount_minor is 'The amount that the provider named, in minor units.';
comment on column reconciliation.payout_answers.currency is 'Its currency.';
comment on column reconciliation.payout_answers.detail is 'What is wrong with an answer that is no state.';
comment on column reconciliation.payout_answers.asked_at is 'When the question was asked, by the warehouse''s clock.';
comment on column reconciliation.payout_answers.answered_at is 'When the answer was there, or nobody waited any longer.';
comment on column reconciliation.payout_answers.action is 'What was decided: wait, deliver, requeue or hand_over.';
comment on column reconciliation.payout_answers.reason is 'Why, in one word.';
comment on column reconciliation.payout_answers.needs_human is 'Whether a person was told to look at it.';
comment on column reconciliation.payout_answers.decided_at is 'When it was decided.';
comment on column reconciliation.payout_answers.effect is 'written, or nothing_to_write where the payouts system had moved on; NULL where nothing was to be written, or nobody knows whether it was.';
comment on column reconciliation.payout_answers.effect_at is 'When that was noted.';

grant select on reconciliation.payout_answers to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.payout_answers, internal.payout_decisions, internal.payout_effects to reconciliation_rw;
grant select, insert, update on internal.payout_claims to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
