-- Carrying a request out, and writing into the log: functions of the owner, each with the checks that are the last.
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

revoke all on function internal.append_to_log, internal.apply_request, internal.end_request, internal.note_outcome,
internal.note_refused_answer, internal.discrepancy_state, internal.correction_state from public;
