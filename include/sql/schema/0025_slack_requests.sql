-- Requests from Slack: each one that was signed, once, and what it was answered. Rows are only added.
create table internal.slack_requests (
    request_id bigint generated always as identity primary key,
    team text not null,
    sent_at timestamptz not null,
    signature text not null,
    user_id text not null,
    user_name text,
    asked text not null,
    received_at timestamptz not null default clock_timestamp(),
    unique (team, sent_at, signature)
);

create index on internal.slack_requests (received_at);
comment on table internal.slack_requests is 'Every signed request from Slack once: its copy finds the row and is refused. Forgotten after 90 days.';
comment on column internal.slack_requests.signature is 'Slack''s signature, which with team and moment makes a request unique.';

create table internal.slack_answers (
    request_id bigint primary key references internal.slack_requests on delete cascade,
    outcome text not null check (outcome in ('done', 'told', 'refused')),
    answer text not null,
    answered_at timestamptz not null default clock_timestamp()
);

comment on table internal.slack_answers is 'What a request from Slack was answered, written in the transaction of what it changed.';

create view reconciliation.slack_requests as
select
    slack_requests.request_id,
    slack_requests.received_at,
    slack_requests.user_id,
    slack_requests.user_name,
    slack_requests.asked,
    slack_answers.outcome,
    slack_answers.answer,
    slack_answers.answered_at
from internal.slack_requests
left join internal.slack_answers on slack_requests.request_id = slack_answers.request_id;

comment on view reconciliation.slack_requests is 'Who asked for what from Slack in the last 90 days, and what became of it.';
comment on column reconciliation.slack_requests.request_id is 'Number of the request.';
comment on column reconciliation.slack_requests.received_at is 'When it came.';
comment on column reconciliation.slack_requests.user_id is 'Slack''s id of who asked.';
comment on column reconciliation.slack_requests.user_name is 'Their name in slack.toml; NULL for somebody who is not listed.';
comment on column reconciliation.slack_requests.asked is 'The text of the command.';
comment on column reconciliation.slack_requests.outcome is 'done, told or refused; NULL when it failed, and then nothing is known to have changed.';
comment on column reconciliation.slack_requests.answer is 'What was answered.';
comment on column reconciliation.slack_requests.answered_at is 'When it was answered.';

-- The application may add and read. What is old goes by this function, which knows no other age.
create function internal.forget_slack_requests() returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    forgotten bigint;
begin
    delete from internal.slack_requests where received_at < clock_timestamp() - interval '90 days';
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;

comment on function internal.forget_slack_requests is 'Removes requests from Slack that are older than 90 days; a copy of one is too old after five minutes.';
revoke execute on function internal.forget_slack_requests from public;

grant select on reconciliation.slack_requests to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.slack_requests, internal.slack_answers to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
grant execute on function internal.forget_slack_requests to reconciliation_rw;

comment on table internal.pauses is 'Every change of a pause that a run saw or that came from Slack, and every run that it made skip or that proceeded in spite of it.';
comment on view reconciliation.pauses is 'Changes of pauses that runs saw or that came from Slack, and the runs that they made skip.';
comment on column reconciliation.pauses.requested_by is 'Who asked for the run that proceeded, or for the change from Slack.';
comment on column reconciliation.pauses.seen_at is 'When a run saw it, or when it was changed from Slack.';
