-- Corrections and operator actions: asked for, answered by somebody else, logged, and never changed.
create table internal.approval_limits (
    currency text primary key,
    second_approver_above_minor bigint not null check (second_approver_above_minor >= 0)
);

comment on table internal.approval_limits is 'Above which amount a second approver is needed, per currency; written by the migration from the configuration, never by the application.';

create table internal.action_requests (
    request_id text primary key check (request_id ~ '^[0-9a-f]{64}$'),
    action text not null check (action ~ '^[a-z][a-z_]*$'),
    object_kind text not null check (object_kind ~ '^[a-z][a-z_]*$'),
    object_id text not null check (btrim(object_id) <> ''),
    psp text,
    account_id integer references internal.accounts,
    leg text,
    discrepancy_id text,
    episode integer,
    currency text,
    amount_minor bigint,
    reason_code text not null check (reason_code ~ '^[a-z][a-z_]*$'),
    reason text not null check (btrim(reason) <> ''),
    ticket text,
    psp_ticket text,
    accept_until timestamptz,
    post_by date,
    link_to text,
    state_before text not null,
    state_after text not null,
    state_sha256 text not null check (state_sha256 ~ '^[0-9a-f]{64}$'),
    preview text not null check (btrim(preview) <> ''),
    requested_by text not null check (btrim(requested_by) <> ''),
    on_behalf_of text,
    expires_at timestamptz not null,
    requested_at timestamptz not null,
    approvals_needed smallint not null check (approvals_needed in (1, 2)),
    content_sha256 text not null,
    check ((currency is null) = (amount_minor is null)),
    check (object_kind <> 'discrepancy' or object_id = discrepancy_id),
    check (object_kind not in ('discrepancy', 'correction') or (account_id is not null and leg is not null and discrepancy_id is not null and episode is not null))
);

create index on internal.action_requests (object_kind, object_id);
comment on table internal.action_requests is 'What somebody asks to be done, with the preview that is to be approved; rows are only added.';
comment on column internal.action_requests.request_id is 'Hash of the content, never of the clock: asking twice is asking once.';
comment on column internal.action_requests.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column internal.action_requests.state_sha256 is 'Hash of the object as it was when the preview was made: what has changed since is refused.';
comment on column internal.action_requests.content_sha256 is 'Hash of all that is approved: an approval names it.';

create table internal.action_request_runs (
    asked_in text primary key check (btrim(asked_in) <> ''),
    request_id text not null references internal.action_requests,
    asked_at timestamptz not null default clock_timestamp()
);

comment on table internal.action_request_runs is 'In which run of Airflow each request was made: later tasks of the run find it here, and nowhere else.';

create table internal.action_answers (
    request_id text not null references internal.action_requests,
    answered_by text not null check (btrim(answered_by) <> ''),
    answer text not null check (answer in ('approved', 'rejected')),
    channel text not null check (channel ~ '^[a-z][a-z_]*$'),
    note text,
    content_sha256 text not null,
    answered_at timestamptz not null,
    primary key (request_id, answered_by)
);

comment on table internal.action_answers is 'Who approved or rejected which content; only the role reconciliation_approver adds one.';

create table internal.correction_log (
    sequence_number bigint primary key check (sequence_number > 0),
    event text not null check (event in ('answer_refused', 'applied', 'rejected', 'expired', 'refused', 'verified', 'failed', 'confirmed', 'posted_otherwise', 'withdrawn')),
    request_id text not null references internal.action_requests,
    action text not null,
    object_kind text not null,
    object_id text not null,
    psp text,
    account_id integer,
    leg text,
    discrepancy_id text,
    episode integer,
    currency text,
    amount_minor bigint,
    reason_code text not null,
    reason text not null,
    ticket text,
    psp_ticket text,
    accept_until timestamptz,
    post_by date,
    link_to text,
    state_before text not null,
    state_after text not null,
    requested_by text not null,
    on_behalf_of text,
    requested_at timestamptz not null,
    content_sha256 text not null,
    approved_by text,
    approved_at timestamptz,
    second_approved_by text,
    second_approved_at timestamptz,
    result text,
    logged_at timestamptz not null,
    previous_sha256 text,
    entry_sha256 text not null
);

-- A request ends once, whatever asks for its end.
create unique index correction_log_ends on internal.correction_log (request_id)
where event in ('applied', 'rejected', 'expired', 'refused');
create unique index correction_log_posted on internal.correction_log (request_id)
where event in ('confirmed', 'posted_otherwise', 'withdrawn');
create index on internal.correction_log (account_id, sequence_number);
create index on internal.correction_log (object_kind, object_id);
comment on table internal.correction_log is 'Every correction and operator action, hash-chained; rows are only added, by functions of the owner.';

-- The head of the log that a run has seen, in its manifest too: cutting the tail shows.
alter table internal.runs add column log_sequence_number bigint;
alter table internal.runs add column log_sha256 text;
comment on column internal.runs.log_sequence_number is 'The last row of correction_log that the run knew; NULL where it was empty.';
comment on column internal.runs.log_sha256 is 'That row''s hash.';

create function internal.with_lengths(fields text[]) returns text
language sql immutable parallel safe as $$
    select string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), '' order by place)
    from unnest(fields) with ordinality as given (field, place)
$$;

comment on function internal.with_lengths is 'Texts one after the other, each with its length before it: two can''t run into each other, and NULL is not empty.';

create function internal.microseconds(moment timestamptz) returns text
language sql immutable parallel safe as $$
    select (extract(epoch from moment) * 1000000)::bigint::text
$$;

comment on function internal.microseconds is 'Microseconds since 1970 in UTC, as text.';

create function internal.sha256_hex(content text) returns text
language sql immutable parallel safe as $$
    select encode(sha256(convert_to(content, 'UTF8')), 'hex')
$$;

create function internal.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% on % is refused: its rows are only added', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

comment on function internal.refuse_change is 'For tables whose rows are only added.';

create trigger only_added before update or delete on internal.action_requests
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.action_requests
for each statement execute function internal.refuse_change();
create trigger only_added before update or delete on internal.action_request_runs
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.action_request_runs
for each statement execute function internal.refuse_change();
create trigger only_added before update or delete on internal.action_answers
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.action_answers
for each statement execute function internal.refuse_change();
create trigger only_added before update or delete on internal.correction_log
for each row execute function internal.refuse_change();
create trigger never_emptied before truncate on internal.correction_log
for each statement execute function internal.refuse_change();

create function internal.seal_request() returns trigger
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    new.requested_at := clock_timestamp();
    if new.expires_at <= new.requested_at then
        raise exception 'expires_at: expected a moment to come, found %', new.expires_at
            using errcode = 'check_violation';
    end if;
    new.approvals_needed := case
        when exists (
            select from internal.approval_limits
            where currency = new.currency and abs(new.amount_minor) > second_approver_above_minor
        ) then 2
        else 1
    end;
    new.content_sha256 := internal.sha256_hex(internal.with_lengths(array[
        new.request_id, new.action, new.object_kind, new.object_id, new.psp, new.account_id::text, new.leg,
        new.discrepancy_id, new.episode::text, new.currency, new.amount_minor::text, new.reason_code, new.reason,
        new.ticket, new.psp_ticket, internal.microseconds(new.accept_until), new.post_by::text, new.link_to,
        new.state_before, new.state_after, new.state_sha256, new.preview, new.requested_by, new.on_behalf_of,
        internal.microseconds(new.expires_at), new.approvals_needed::text
    ]));
    return new;
end
$$;

comment on function internal.seal_request is 'The database says when, how many approvers, and the hash of what they approve.';

create trigger sealed before insert on internal.action_requests
for each row execute function internal.seal_request();

create function internal.check_answer() returns trigger
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
    given bigint;
begin
    select * into asked from internal.action_requests where request_id = new.request_id for share;
    if not found then
        raise exception 'there is no request %', new.request_id using errcode = 'check_violation';
    end if;
    -- Answers to one request come one after the other.
    perform pg_advisory_xact_lock(hashtextextended('reconciliation request ' || new.request_id, 0));
    new.answered_at := clock_timestamp();
    if new.content_sha256 is distinct from asked.content_sha256 then
        raise exception 'the answer is to another content than that of request %', new.request_id
            using errcode = 'check_violation';
    end if;
    if lower(btrim(new.answered_by)) in (lower(btrim(asked.requested_by)), lower(btrim(asked.on_behalf_of))) then
        raise exception '% asked for it: somebody else must answer', new.answered_by
            using errcode = 'check_violation';
    end if;
    if new.answered_at >= asked.expires_at then
        raise exception 'request % expired at %', new.request_id, asked.expires_at
            using errcode = 'check_violation';
    end if;
    if exists (
        select from internal.correction_log
        where request_id = new.request_id and event in ('applied', 'rejected', 'expired', 'refused')
    ) or exists (
        select from internal.action_answers where request_id = new.request_id and answer = 'rejected'
    ) then
        raise exception 'request % has ended: an answer is used once', new.request_id
            using errcode = 'check_violation';
    end if;
    select count(*) into given from internal.action_answers where request_id = new.request_id;
    if given >= asked.approvals_needed then
        raise exception 'request % has its % approvals', new.request_id, given
            using errcode = 'check_violation';
    end if;
    if exists (
        select from internal.action_answers
        where request_id = new.request_id and lower(btrim(answered_by)) = lower(btrim(new.answered_by))
    ) then
        raise exception '% has answered request % already', new.answered_by, new.request_id
            using errcode = 'check_violation';
    end if;
    return new;
end
$$;

comment on function internal.check_answer is 'Somebody else, in time, once, and to the very content that was previewed.';

create trigger checked before insert on internal.action_answers
for each row execute function internal.check_answer();

revoke all on function internal.seal_request, internal.check_answer, internal.refuse_change from public;
