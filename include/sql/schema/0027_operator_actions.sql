-- Calls of operator actions to the services, what providers said before them, and one outcome each.
create table internal.action_calls (
    call_id bigint generated always as identity primary key,
    request_id text not null references internal.action_requests,
    method text not null,
    path text not null,
    body text not null,
    begun_at timestamptz not null default clock_timestamp()
);

create index on internal.action_calls (request_id, call_id);
comment on table internal.action_calls is 'Calls to services, each written down before it leaves; a repeat is the same call with the same key.';

create table internal.action_call_answers (
    call_id bigint primary key references internal.action_calls,
    answer text not null check (answer in ('accepted', 'refused', 'unknown')),
    detail text not null check (btrim(detail) <> ''),
    answered_at timestamptz not null default clock_timestamp()
);

comment on table internal.action_call_answers is 'What a service answered; unknown where nobody can tell what it did.';

create table internal.operator_questions (
    question_id bigint generated always as identity primary key,
    action text not null,
    object_kind text not null,
    object_id text not null,
    provider text not null,
    idempotency_key text not null,
    send text not null,
    answer text not null check (
        answer in (
            'succeeded', 'failed', 'in_progress', 'unknown', 'contradiction', 'unreadable', 'no_answer'
        )
    ),
    detail text,
    asked_at timestamptz not null,
    answered_at timestamptz not null default clock_timestamp()
);

create index on internal.operator_questions (idempotency_key, question_id);
comment on table internal.operator_questions is 'What a provider said before an operator''s action; send says which send it was about.';

create trigger only_added before update or delete on internal.action_calls
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.action_calls
for each statement execute function internal.refuse_change();
create trigger only_added before update or delete on internal.action_call_answers
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.action_call_answers
for each statement execute function internal.refuse_change();
create trigger only_added before update or delete on internal.operator_questions
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.operator_questions
for each statement execute function internal.refuse_change();

create view internal.provider_answers as
select
    idempotency_key,
    outbox_task_id || ':' || internal.microseconds(send_claimed_at) as send,
    answer,
    asked_at,
    answered_at
from internal.payout_answers
union all
select
    idempotency_key,
    send,
    answer,
    asked_at,
    answered_at
from internal.operator_questions;

comment on view internal.provider_answers is 'All that providers have said about a key, whoever asked.';

-- An action has one outcome.
create unique index correction_log_outcomes on internal.correction_log (request_id)
where event in ('verified', 'failed');

create function internal.refuse_in_doubt() returns trigger
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    earlier text;
begin
    -- Actions on one object are applied one after the other.
    perform pg_advisory_xact_lock(
        hashtextextended('reconciliation object ' || internal.with_lengths(array[new.object_kind, new.object_id]), 0)
    );
    select applied.request_id into earlier
    from internal.correction_log as applied
    where
        applied.event = 'applied'
        and applied.object_kind = new.object_kind
        and applied.object_id = new.object_id
        -- What only takes money out of harm's way waits for nothing.
        and new.action not in ('freeze_wallet', 'quarantine_payout')
        and not exists (
            select from internal.correction_log as outcomes
            where outcomes.request_id = applied.request_id and outcomes.event in ('verified', 'failed')
        )
        and not exists (
            select
            from internal.action_calls
            inner join internal.action_call_answers on action_calls.call_id = action_call_answers.call_id
            where action_calls.request_id = applied.request_id and action_call_answers.answer = 'accepted'
        )
    limit 1;
    if found then
        raise exception 'nobody knows yet what became of request % on this %: clear its task first',
            earlier, new.object_kind using errcode = 'check_violation';
    end if;
    return new;
end
$$;

comment on function internal.refuse_in_doubt is 'Nothing is done to an object of a service while it is not known what the last action did to it.';
revoke all on function internal.refuse_in_doubt from public;

create trigger not_in_doubt before insert on internal.correction_log
for each row when (new.event = 'applied' and new.object_kind not in ('discrepancy', 'correction'))
execute function internal.refuse_in_doubt();

comment on column internal.action_requests.link_to is 'The payment that the rows of a discrepancy belong to; of an operator action, the reference that it names.';

create view reconciliation.operator_actions as
select
    applied.sequence_number,
    applied.request_id,
    applied.action,
    applied.object_kind,
    applied.object_id,
    applied.currency,
    applied.amount_minor,
    applied.reason_code,
    applied.reason,
    applied.ticket,
    applied.requested_by,
    applied.on_behalf_of,
    applied.approved_by,
    applied.second_approved_by,
    applied.logged_at as applied_at,
    calls.calls,
    calls.answer,
    calls.detail,
    coalesce(outcomes.event, 'in_doubt') as outcome,
    outcomes.result,
    outcomes.logged_at as outcome_at
from internal.correction_log as applied
left join internal.correction_log as outcomes
    on applied.request_id = outcomes.request_id and outcomes.event in ('verified', 'failed')
left join lateral (
    select
        count(*) over () as calls,
        coalesce(action_call_answers.answer, 'unknown') as answer,
        action_call_answers.detail
    from internal.action_calls
    left join internal.action_call_answers on action_calls.call_id = action_call_answers.call_id
    where action_calls.request_id = applied.request_id
    order by action_calls.call_id desc
    limit 1
) as calls on true
where applied.event = 'applied' and applied.object_kind not in ('discrepancy', 'correction');

comment on view reconciliation.operator_actions is 'Operator actions that were approved and applied: who, why, what the service answered, and what the book shows.';
comment on column reconciliation.operator_actions.sequence_number is 'Its row in the correction log.';
comment on column reconciliation.operator_actions.request_id is 'The request: the idempotency key of its calls.';
comment on column reconciliation.operator_actions.action is 'What was done; docs/operator-actions.md lists the actions.';
comment on column reconciliation.operator_actions.object_kind is 'What it was done to.';
comment on column reconciliation.operator_actions.object_id is 'Its id in the service.';
comment on column reconciliation.operator_actions.currency is 'Currency of the amount.';
comment on column reconciliation.operator_actions.amount_minor is 'The amount that it moves, in minor units; NULL where it moves none.';
comment on column reconciliation.operator_actions.reason_code is 'Why, as a code.';
comment on column reconciliation.operator_actions.reason is 'Why, in words.';
comment on column reconciliation.operator_actions.ticket is 'The company''s ticket.';
comment on column reconciliation.operator_actions.requested_by is 'Who asked for it.';
comment on column reconciliation.operator_actions.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.operator_actions.approved_by is 'Who approved it.';
comment on column reconciliation.operator_actions.second_approved_by is 'Who approved it as well, where the amount needs two.';
comment on column reconciliation.operator_actions.applied_at is 'When it was released, right before its first call.';
comment on column reconciliation.operator_actions.calls is 'How often the service was called, each time with the same key.';
comment on column reconciliation.operator_actions.answer is 'The last answer: accepted, refused, or unknown.';
comment on column reconciliation.operator_actions.detail is 'That answer in words.';
comment on column reconciliation.operator_actions.outcome is 'verified, failed, or in_doubt while nobody knows.';
comment on column reconciliation.operator_actions.result is 'What the service answered and what the book shows.';
comment on column reconciliation.operator_actions.outcome_at is 'When that was written down.';

create view reconciliation.operator_questions as
select
    question_id,
    action,
    object_kind,
    object_id,
    provider,
    idempotency_key,
    send,
    answer,
    detail,
    asked_at,
    answered_at
from internal.operator_questions;

comment on view reconciliation.operator_questions is 'What providers were asked before operator actions, and what they said.';
comment on column reconciliation.operator_questions.question_id is 'Number of the question.';
comment on column reconciliation.operator_questions.action is 'The action that was asked for.';
comment on column reconciliation.operator_questions.object_kind is 'What it is done to.';
comment on column reconciliation.operator_questions.object_id is 'Its id in the service.';
comment on column reconciliation.operator_questions.provider is 'The provider that was asked.';
comment on column reconciliation.operator_questions.idempotency_key is 'The key that it was asked about.';
comment on column reconciliation.operator_questions.send is 'Which send of it: an outbox task and the moment of its claim, or an attempt.';
comment on column reconciliation.operator_questions.answer is 'succeeded, failed, in_progress, unknown, contradiction, unreadable or no_answer.';
comment on column reconciliation.operator_questions.detail is 'What is wrong with an answer that is no state.';
comment on column reconciliation.operator_questions.asked_at is 'When it was asked.';
comment on column reconciliation.operator_questions.answered_at is 'When the answer was there.';

grant select, insert on internal.action_calls, internal.action_call_answers, internal.operator_questions
to reconciliation_rw;
grant select on internal.provider_answers to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
grant select on reconciliation.operator_actions, reconciliation.operator_questions
to reconciliation_rw, reconciliation_ro;
