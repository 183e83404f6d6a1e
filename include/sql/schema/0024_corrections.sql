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
    request_id text not null references internal.action_requests
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

create function internal.append_to_log(logged_event text, asked internal.action_requests, outcome text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    last internal.correction_log;
    entry internal.correction_log;
    approvals internal.action_answers[];
begin
    perform pg_advisory_xact_lock(hashtextextended('reconciliation correction_log', 0));
    select * into last from internal.correction_log order by sequence_number desc limit 1;
    select array_agg(answers order by answers.answered_at, answers.answered_by) into approvals
    from internal.action_answers as answers
    where answers.request_id = asked.request_id and answers.answer = 'approved';
    entry.sequence_number := coalesce(last.sequence_number, 0) + 1;
    entry.event := logged_event;
    entry.request_id := asked.request_id;
    entry.action := asked.action;
    entry.object_kind := asked.object_kind;
    entry.object_id := asked.object_id;
    entry.psp := asked.psp;
    entry.account_id := asked.account_id;
    entry.leg := asked.leg;
    entry.discrepancy_id := asked.discrepancy_id;
    entry.episode := asked.episode;
    entry.currency := asked.currency;
    entry.amount_minor := asked.amount_minor;
    entry.reason_code := asked.reason_code;
    entry.reason := asked.reason;
    entry.ticket := asked.ticket;
    entry.psp_ticket := asked.psp_ticket;
    entry.accept_until := asked.accept_until;
    entry.post_by := asked.post_by;
    entry.link_to := asked.link_to;
    entry.state_before := asked.state_before;
    entry.state_after := asked.state_after;
    entry.requested_by := asked.requested_by;
    entry.on_behalf_of := asked.on_behalf_of;
    entry.requested_at := asked.requested_at;
    entry.content_sha256 := asked.content_sha256;
    entry.approved_by := approvals[1].answered_by;
    entry.approved_at := approvals[1].answered_at;
    entry.second_approved_by := approvals[2].answered_by;
    entry.second_approved_at := approvals[2].answered_at;
    entry.result := outcome;
    entry.logged_at := clock_timestamp();
    entry.previous_sha256 := last.entry_sha256;
    entry.entry_sha256 := internal.sha256_hex(internal.with_lengths(array[
        entry.previous_sha256, entry.sequence_number::text, entry.event, entry.request_id, entry.action,
        entry.object_kind, entry.object_id, entry.psp, entry.account_id::text, entry.leg, entry.discrepancy_id,
        entry.episode::text, entry.currency, entry.amount_minor::text, entry.reason_code, entry.reason,
        entry.ticket, entry.psp_ticket, internal.microseconds(entry.accept_until), entry.post_by::text,
        entry.link_to, entry.state_before, entry.state_after, entry.requested_by, entry.on_behalf_of,
        internal.microseconds(entry.requested_at), entry.content_sha256, entry.approved_by,
        internal.microseconds(entry.approved_at), entry.second_approved_by,
        internal.microseconds(entry.second_approved_at), entry.result, internal.microseconds(entry.logged_at)
    ]));
    insert into internal.correction_log values (entry.*);
    return entry.sequence_number;
end
$$;

comment on function internal.append_to_log is 'The one way into correction_log: the next number, and the hash over all fields and the row before.';

create function internal.discrepancy_state(of_discrepancy text) returns text
language sql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
    select
        internal.with_lengths(array[
            versions.discrepancy_id, versions.episode::text, versions.kind, versions.status, versions.currency,
            versions.statement_minor::text, versions.ledger_minor::text, versions.delta_minor::text,
            versions.exposure_minor::text
        ])
    from internal.heads
    inner join internal.discrepancy_versions as versions
        on heads.run_number = versions.run_number and heads.account_id = versions.account_id
    where versions.discrepancy_id = of_discrepancy and versions.change <> 'resolved'
$$;

comment on function internal.discrepancy_state is 'An open discrepancy as it stands at the head of its account; NULL where it is not open.';

create function internal.correction_state(of_request text) returns text
language sql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
    select internal.with_lengths(array[applied.request_id, applied.entry_sha256])
    from internal.correction_log as applied
    where
        applied.event = 'applied'
        -- What takes back is not taken back: what it was about is corrected anew.
        and applied.object_kind = 'discrepancy'
        and applied.request_id = of_request
        and not exists (
            select from internal.correction_log as later
            where later.event = 'applied' and later.object_kind = 'correction' and later.object_id = of_request
        )
$$;

comment on function internal.correction_state is 'A correction that is applied and not corrected in turn; NULL where there is none.';

-- Every check that a request must pass in the transaction that carries it out, the last one here.
create function internal.apply_request(asked_id text, state_sha256_now text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
    found_state text;
    delta bigint;
    approved bigint;
    others bigint;
begin
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found then
        raise exception 'there is no request %', asked_id using errcode = 'check_violation';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('reconciliation request ' || asked_id, 0));
    if exists (
        select from internal.correction_log
        where request_id = asked_id and event in ('applied', 'rejected', 'expired', 'refused')
    ) then
        raise exception 'request % has ended: it is applied once', asked_id using errcode = 'check_violation';
    end if;
    if clock_timestamp() >= asked.expires_at then
        raise exception 'request % expired at %', asked_id, asked.expires_at using errcode = 'check_violation';
    end if;
    select
        count(*) filter (where answer = 'approved'),
        count(*) filter (
            where answer <> 'approved'
            or content_sha256 <> asked.content_sha256
            or lower(btrim(answered_by)) in (lower(btrim(asked.requested_by)), lower(btrim(asked.on_behalf_of)))
        )
    into approved, others
    from internal.action_answers where request_id = asked_id;
    if approved < asked.approvals_needed or others > 0 then
        raise exception 'request % has % of % approvals', asked_id, approved, asked.approvals_needed
            using errcode = 'check_violation';
    end if;
    if asked.account_id is not null then
        -- Who publishes this account now has decided without this correction: it decides again.
        perform pg_advisory_xact_lock(hashtextextended('reconciliation account ' || asked.account_id::text, 0));
        update internal.heads set fencing_token = fencing_token + 1 where account_id = asked.account_id;
    end if;
    if asked.object_kind in ('discrepancy', 'correction') then
        found_state := case asked.object_kind
            when 'discrepancy' then internal.discrepancy_state(asked.object_id)
            else internal.correction_state(asked.object_id)
        end;
        if found_state is null then
            raise exception '% % is not open any more', asked.object_kind, asked.object_id
                using errcode = 'check_violation';
        end if;
        -- Of what lies here the database takes nobody's word.
        state_sha256_now := internal.sha256_hex(found_state);
    end if;
    if state_sha256_now is distinct from asked.state_sha256 then
        raise exception '% % has changed since it was previewed', asked.object_kind, asked.object_id
            using errcode = 'check_violation';
    end if;
    if asked.object_kind = 'discrepancy' and asked.amount_minor is not null then
        select versions.delta_minor into delta
        from internal.heads
        inner join internal.discrepancy_versions as versions on heads.run_number = versions.run_number
        where versions.discrepancy_id = asked.discrepancy_id and versions.currency = asked.currency;
        if delta is null or asked.amount_minor = 0 or sign(asked.amount_minor) <> sign(delta)
            or abs(asked.amount_minor) > abs(delta)
        then
            raise exception 'an entry of % does not lie between 0 and the difference of %', asked.amount_minor, delta
                using errcode = 'check_violation';
        end if;
        if exists (
            select from internal.correction_log as earlier
            where
                earlier.event = 'applied'
                and earlier.discrepancy_id = asked.discrepancy_id
                and earlier.amount_minor is not null
                -- What the head has not taken up yet would be corrected twice.
                and earlier.sequence_number > coalesce((
                    select runs.log_sequence_number
                    from internal.heads
                    inner join internal.runs on heads.run_number = runs.run_number
                    where heads.account_id = asked.account_id
                ), 0)
        ) then
            raise exception 'discrepancy % has a correction that no run has taken up yet', asked.discrepancy_id
                using errcode = 'check_violation';
        end if;
    end if;
    if asked.object_kind = 'correction' and not exists (
        select from internal.correction_log as earlier
        where
            earlier.event = 'applied'
            and earlier.request_id = asked.object_id
            and earlier.account_id = asked.account_id
            and earlier.leg = asked.leg
            and earlier.discrepancy_id = asked.discrepancy_id
            and earlier.currency is not distinct from asked.currency
            and earlier.amount_minor is not distinct from -asked.amount_minor
    ) then
        raise exception 'a correction is corrected by its opposite, and % is not that of %', asked_id, asked.object_id
            using errcode = 'check_violation';
    end if;
    return internal.append_to_log('applied', asked, null);
end
$$;

comment on function internal.apply_request is 'Carries a request out, once: approved by others, in time, and of an object that is as it was previewed.';

create function internal.end_request(asked_id text, ending text, why text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
begin
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found then
        raise exception 'there is no request %', asked_id using errcode = 'check_violation';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('reconciliation request ' || asked_id, 0));
    if ending not in ('rejected', 'expired', 'refused')
        or (ending = 'rejected' and not exists (
            select from internal.action_answers where request_id = asked_id and answer = 'rejected'
        ))
        or (ending = 'expired' and clock_timestamp() < asked.expires_at)
    then
        raise exception 'request % has not %', asked_id, ending using errcode = 'check_violation';
    end if;
    return internal.append_to_log(ending, asked, why);
end
$$;

comment on function internal.end_request is 'Ends a request without an effect: rejected, expired, or refused with the reason.';

create function internal.note_refused_answer(asked_id text, why text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
begin
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found then
        raise exception 'there is no request %', asked_id using errcode = 'check_violation';
    end if;
    return internal.append_to_log('answer_refused', asked, why);
end
$$;

comment on function internal.note_refused_answer is 'An answer that the database refused: who tried to approve what stays on record.';

create function internal.note_outcome(asked_id text, outcome_event text, outcome text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
begin
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found or not exists (
        select from internal.correction_log where request_id = asked_id and event = 'applied'
    ) then
        raise exception 'request % was never applied', asked_id using errcode = 'check_violation';
    end if;
    if outcome_event not in ('verified', 'failed', 'confirmed', 'posted_otherwise', 'withdrawn') then
        raise exception '% is no outcome', outcome_event using errcode = 'check_violation';
    end if;
    return internal.append_to_log(outcome_event, asked, outcome);
end
$$;

comment on function internal.note_outcome is 'What came of an applied request: how the service answered, or how the ledger posted it.';

revoke all on function internal.seal_request, internal.check_answer, internal.append_to_log,
internal.apply_request, internal.end_request, internal.note_outcome, internal.note_refused_answer,
internal.discrepancy_state,
internal.correction_state, internal.refuse_change from public;

create view internal.corrections as
select
    applied.*,
    posted.event as posted_as,
    posted.result as posting,
    corrected.request_id as corrected_by
from internal.correction_log as applied
left join internal.correction_log as posted
    on applied.request_id = posted.request_id and posted.event in ('confirmed', 'posted_otherwise', 'withdrawn')
left join internal.correction_log as corrected
    on
        applied.request_id = corrected.object_id
        and corrected.event = 'applied'
        and corrected.object_kind = 'correction'
where applied.event = 'applied' and applied.object_kind in ('discrepancy', 'correction');

comment on view internal.corrections is 'Applied corrections, how the ledger posted each, and what corrects it in turn.';

create view reconciliation.correction_log as
select
    correction_log.sequence_number,
    correction_log.event,
    correction_log.request_id,
    correction_log.action,
    correction_log.object_kind,
    correction_log.object_id,
    correction_log.psp,
    accounts.account,
    correction_log.leg,
    correction_log.discrepancy_id,
    correction_log.episode,
    correction_log.currency,
    correction_log.amount_minor,
    correction_log.reason_code,
    correction_log.reason,
    correction_log.ticket,
    correction_log.psp_ticket,
    correction_log.accept_until,
    correction_log.post_by,
    correction_log.link_to,
    correction_log.state_before,
    correction_log.state_after,
    correction_log.requested_by,
    correction_log.on_behalf_of,
    correction_log.requested_at,
    correction_log.content_sha256,
    correction_log.approved_by,
    correction_log.approved_at,
    correction_log.second_approved_by,
    correction_log.second_approved_at,
    correction_log.result,
    correction_log.logged_at,
    correction_log.previous_sha256,
    correction_log.entry_sha256
from internal.correction_log
left join internal.accounts on correction_log.account_id = accounts.account_id;

comment on view reconciliation.correction_log is 'Every correction and operator action, as it was asked, answered and carried out; hash-chained.';
comment on column reconciliation.correction_log.sequence_number is 'Its place in the log, without a gap.';
comment on column reconciliation.correction_log.event is 'applied, rejected, expired or refused ends a request; answer_refused does not; verified, failed, confirmed, posted_otherwise or withdrawn says what came of it.';
comment on column reconciliation.correction_log.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.correction_log.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.correction_log.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.correction_log.object_id is 'Its id.';
comment on column reconciliation.correction_log.psp is 'The PSP, where there is one.';
comment on column reconciliation.correction_log.account is 'The account at the PSP.';
comment on column reconciliation.correction_log.leg is 'The leg of the discrepancy.';
comment on column reconciliation.correction_log.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.correction_log.episode is 'Which episode of it.';
comment on column reconciliation.correction_log.currency is 'Currency of the amount.';
comment on column reconciliation.correction_log.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.correction_log.reason_code is 'Why, as a code.';
comment on column reconciliation.correction_log.reason is 'Why, in words.';
comment on column reconciliation.correction_log.ticket is 'The company''s ticket.';
comment on column reconciliation.correction_log.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.correction_log.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.correction_log.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.correction_log.link_to is 'The payment that the rows of the discrepancy belong to.';
comment on column reconciliation.correction_log.state_before is 'The object before, as JSON.';
comment on column reconciliation.correction_log.state_after is 'The object after, as JSON.';
comment on column reconciliation.correction_log.requested_by is 'Who triggered it.';
comment on column reconciliation.correction_log.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.correction_log.requested_at is 'When it was asked for.';
comment on column reconciliation.correction_log.content_sha256 is 'Hash of all that was approved.';
comment on column reconciliation.correction_log.approved_by is 'Who approved it.';
comment on column reconciliation.correction_log.approved_at is 'When.';
comment on column reconciliation.correction_log.second_approved_by is 'Who approved it as well, where the amount needs two.';
comment on column reconciliation.correction_log.second_approved_at is 'When.';
comment on column reconciliation.correction_log.result is 'What came of it, or why it ended.';
comment on column reconciliation.correction_log.logged_at is 'When the row was written.';
comment on column reconciliation.correction_log.previous_sha256 is 'Hash of the row before; NULL in the first.';
comment on column reconciliation.correction_log.entry_sha256 is 'Hash of this row and of all before it.';

create view reconciliation.action_requests as
select
    action_requests.request_id,
    action_requests.action,
    action_requests.object_kind,
    action_requests.object_id,
    action_requests.psp,
    accounts.account,
    action_requests.leg,
    action_requests.discrepancy_id,
    action_requests.episode,
    action_requests.currency,
    action_requests.amount_minor,
    action_requests.reason_code,
    action_requests.reason,
    action_requests.ticket,
    action_requests.psp_ticket,
    action_requests.accept_until,
    action_requests.post_by,
    action_requests.link_to,
    action_requests.state_before,
    action_requests.state_after,
    action_requests.preview,
    action_requests.requested_by,
    action_requests.on_behalf_of,
    action_requests.requested_at,
    action_requests.expires_at,
    action_requests.approvals_needed,
    action_requests.content_sha256,
    coalesce(answers.approvals, 0) as approvals,
    case
        when ends.event is not null then ends.event
        when answers.is_rejected then 'rejected'
        when clock_timestamp() >= action_requests.expires_at then 'expired'
        when coalesce(answers.approvals, 0) >= action_requests.approvals_needed then 'approved'
        else 'waiting'
    end as state
from internal.action_requests
left join internal.accounts on action_requests.account_id = accounts.account_id
left join (
    select
        request_id,
        count(*) filter (where answer = 'approved') as approvals,
        bool_or(answer = 'rejected') as is_rejected
    from internal.action_answers
    group by request_id
) as answers on action_requests.request_id = answers.request_id
left join internal.correction_log as ends
    on
        action_requests.request_id = ends.request_id
        and ends.event in ('applied', 'rejected', 'expired', 'refused');

comment on view reconciliation.action_requests is 'What somebody asked to be done, and how far it has come.';
comment on column reconciliation.action_requests.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.action_requests.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.action_requests.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.action_requests.object_id is 'Its id.';
comment on column reconciliation.action_requests.psp is 'The PSP, where there is one.';
comment on column reconciliation.action_requests.account is 'The account at the PSP.';
comment on column reconciliation.action_requests.leg is 'The leg of the discrepancy.';
comment on column reconciliation.action_requests.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.action_requests.episode is 'Which episode of it.';
comment on column reconciliation.action_requests.currency is 'Currency of the amount.';
comment on column reconciliation.action_requests.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.action_requests.reason_code is 'Why, as a code.';
comment on column reconciliation.action_requests.reason is 'Why, in words.';
comment on column reconciliation.action_requests.ticket is 'The company''s ticket.';
comment on column reconciliation.action_requests.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.action_requests.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.action_requests.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.action_requests.link_to is 'The payment that the rows of the discrepancy belong to.';
comment on column reconciliation.action_requests.state_before is 'The object before, as JSON.';
comment on column reconciliation.action_requests.state_after is 'The object after, as JSON.';
comment on column reconciliation.action_requests.preview is 'What is approved, in words.';
comment on column reconciliation.action_requests.requested_by is 'Who triggered it.';
comment on column reconciliation.action_requests.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.action_requests.requested_at is 'When it was asked for.';
comment on column reconciliation.action_requests.expires_at is 'Until when it may be answered and carried out.';
comment on column reconciliation.action_requests.approvals_needed is 'How many others must approve.';
comment on column reconciliation.action_requests.content_sha256 is 'Hash of all that was approved.';
comment on column reconciliation.action_requests.approvals is 'How many have.';
comment on column reconciliation.action_requests.state is 'waiting, approved, applied, rejected, expired or refused.';

create view reconciliation.corrections as
select
    corrections.request_id,
    corrections.action,
    corrections.object_kind,
    corrections.object_id,
    corrections.psp,
    accounts.account,
    corrections.leg,
    corrections.discrepancy_id,
    corrections.episode,
    corrections.currency,
    corrections.amount_minor,
    corrections.reason_code,
    corrections.reason,
    corrections.ticket,
    corrections.psp_ticket,
    corrections.accept_until,
    corrections.post_by,
    corrections.link_to,
    corrections.requested_by,
    corrections.on_behalf_of,
    corrections.approved_by,
    corrections.second_approved_by,
    corrections.logged_at,
    corrections.posted_as,
    corrections.posting,
    corrections.corrected_by
from internal.corrections
left join internal.accounts on corrections.account_id = accounts.account_id;

comment on view reconciliation.corrections is 'Applied corrections: what each is about, whether the ledger has posted it, and what takes it back.';
comment on column reconciliation.corrections.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.corrections.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.corrections.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.corrections.object_id is 'Its id.';
comment on column reconciliation.corrections.psp is 'The PSP, where there is one.';
comment on column reconciliation.corrections.account is 'The account at the PSP.';
comment on column reconciliation.corrections.leg is 'The leg of the discrepancy.';
comment on column reconciliation.corrections.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.corrections.episode is 'Which episode of it.';
comment on column reconciliation.corrections.currency is 'Currency of the amount.';
comment on column reconciliation.corrections.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.corrections.reason_code is 'Why, as a code.';
comment on column reconciliation.corrections.reason is 'Why, in words.';
comment on column reconciliation.corrections.ticket is 'The company''s ticket.';
comment on column reconciliation.corrections.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.corrections.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.corrections.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.corrections.link_to is 'The payment that the rows of the discrepancy belong to.';
comment on column reconciliation.corrections.requested_by is 'Who triggered it.';
comment on column reconciliation.corrections.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.corrections.approved_by is 'Who approved it.';
comment on column reconciliation.corrections.second_approved_by is 'Who approved it as well, where the amount needs two.';
comment on column reconciliation.corrections.logged_at is 'When the row was written.';
comment on column reconciliation.corrections.posted_as is 'confirmed, posted_otherwise or withdrawn (taken back before it was posted); NULL while it waits.';
comment on column reconciliation.corrections.posting is 'The ledger row that posted it, as JSON.';
comment on column reconciliation.corrections.corrected_by is 'The correction that takes it back, if one does.';

-- The application asks and carries out; it can neither approve nor write into the log.
grant select on internal.approval_limits, internal.action_requests, internal.action_answers, internal.correction_log,
internal.corrections
to reconciliation_rw;
grant select, insert on internal.action_request_runs to reconciliation_rw;
grant select on internal.action_request_runs to reconciliation_approver;
grant insert (
    request_id, action, object_kind, object_id, psp, account_id, leg, discrepancy_id, episode, currency,
    amount_minor, reason_code, reason, ticket, psp_ticket, accept_until, post_by, link_to, state_before,
    state_after, state_sha256, preview, requested_by, on_behalf_of, expires_at
) on internal.action_requests to reconciliation_rw;
grant execute on function
internal.apply_request, internal.end_request, internal.note_outcome, internal.note_refused_answer,
internal.discrepancy_state,
internal.correction_state
to reconciliation_rw;

-- The approver answers, and can do nothing else.
grant usage on schema internal, reconciliation to reconciliation_approver;
grant select on reconciliation.action_requests to reconciliation_approver;
grant insert (request_id, answered_by, answer, channel, note, content_sha256)
on internal.action_answers to reconciliation_approver;

grant select on reconciliation.correction_log, reconciliation.action_requests, reconciliation.corrections
to reconciliation_rw, reconciliation_ro;
