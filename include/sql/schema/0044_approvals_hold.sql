-- Requests, answers, applications and outcomes, each refused unless what was approved holds still.
create or replace function internal.seal_request() returns trigger
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    new.requested_at := clock_timestamp();
    if new.expires_at <= new.requested_at or new.expires_at > new.requested_at + interval '90 days' then
        raise exception 'expires_at: expected a moment within 90 days to come, found %', new.expires_at
            using errcode = 'check_violation';
    end if;
    if new.action <> 'accept' and new.accept_until is not null then
        raise exception 'accept_until: % has none, found %', new.action, new.accept_until
            using errcode = 'check_violation';
    end if;
    -- An object of a service is read by who carries it out, a moment before.
    perform internal.refuse_unlike(new, new.state_sha256);
    new.approvals_needed := internal.approvals_needed(new);
    new.preview := internal.facts_shown(new) || new.preview;
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

create or replace function internal.check_answer() returns trigger
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
    given bigint;
begin
    perform internal.refuse_unless_alone();
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
    if internal.folded_name(new.answered_by)
        in (internal.folded_name(asked.requested_by), internal.folded_name(asked.on_behalf_of))
    then
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
        where
            request_id = new.request_id
            and internal.folded_name(answered_by) = internal.folded_name(new.answered_by)
    ) then
        raise exception '% has answered request % already', new.answered_by, new.request_id
            using errcode = 'check_violation';
    end if;
    return new;
end
$$;

create function internal.refuse_unapproved(asked internal.action_requests) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    approved bigint;
    others bigint;
begin
    if exists (
        select from internal.correction_log
        where request_id = asked.request_id and event in ('applied', 'rejected', 'expired', 'refused')
    ) then
        raise exception 'request % has ended: it is applied once', asked.request_id using errcode = 'check_violation';
    end if;
    if clock_timestamp() >= asked.expires_at then
        raise exception 'request % expired at %', asked.request_id, asked.expires_at using errcode = 'check_violation';
    end if;
    select
        count(distinct internal.folded_name(answered_by)) filter (where answer = 'approved'),
        count(*) filter (
            where answer <> 'approved'
            or content_sha256 <> asked.content_sha256
            or internal.folded_name(answered_by)
            in (internal.folded_name(asked.requested_by), internal.folded_name(asked.on_behalf_of))
        )
    into approved, others
    from internal.action_answers where request_id = asked.request_id;
    if approved < asked.approvals_needed or others > 0 then
        raise exception 'request % has % of % approvals', asked.request_id, approved, asked.approvals_needed
            using errcode = 'check_violation';
    end if;
end
$$;

create function internal.refuse_application(asked internal.action_requests, state_sha256_now text) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    needed smallint;
begin
    perform internal.refuse_unlike(asked, state_sha256_now);
    if asked.object_kind = 'discrepancy' and asked.amount_minor is not null and exists (
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
    needed := internal.approvals_needed(asked);
    if needed > asked.approvals_needed then
        raise exception 'with what was corrected since it needs % approvers, not %: ask for it anew',
            needed, asked.approvals_needed using errcode = 'check_violation';
    end if;
end
$$;

comment on function internal.refuse_unapproved is 'A request that is not over, and that enough others have approved.';
comment on function internal.refuse_application is 'What may have changed between the approval and its use.';

create or replace function internal.apply_request(asked_id text, state_sha256_now text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
begin
    perform internal.refuse_unless_alone();
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found then
        raise exception 'there is no request %', asked_id using errcode = 'check_violation';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('reconciliation request ' || asked_id, 0));
    perform internal.refuse_unapproved(asked);
    if asked.account_id is not null then
        -- Who publishes this account now has decided without this correction: it decides again.
        perform pg_advisory_xact_lock(hashtextextended('reconciliation account ' || asked.account_id::text, 0));
        update internal.heads set fencing_token = fencing_token + 1 where account_id = asked.account_id;
    end if;
    perform internal.refuse_application(asked, state_sha256_now);
    return internal.append_to_log('applied', asked, null);
end
$$;

create or replace function internal.end_request(asked_id text, ending text, why text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
    reason text;
begin
    perform internal.refuse_unless_alone();
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found then
        raise exception 'there is no request %', asked_id using errcode = 'check_violation';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('reconciliation request ' || asked_id, 0));
    if ending is null or ending not in ('rejected', 'expired', 'refused')
        or (ending = 'rejected' and not exists (
            select from internal.action_answers where request_id = asked_id and answer = 'rejected'
        ))
        or (ending = 'expired' and clock_timestamp() < asked.expires_at)
    then
        raise exception 'request % has not %', asked_id, ending using errcode = 'check_violation';
    end if;
    if ending = 'refused' then
        -- What others have approved is refused by a check that fails now, not by who calls.
        perform internal.refuse_unapproved(asked);
        if asked.object_kind in ('discrepancy', 'correction') then
            begin
                perform internal.refuse_application(asked, null);
            exception when check_violation then
                reason := sqlerrm;
            end;
            if reason is null then
                raise exception 'request % holds: nothing refuses it', asked_id using errcode = 'check_violation';
            end if;
            why := reason;
        end if;
    end if;
    return internal.append_to_log(ending, asked, left(why, 2000));
end
$$;

create function internal.refuse_posting(asked internal.action_requests, outcome_event text, outcome text) returns void
language plpgsql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    told jsonb := internal.json_object_of(outcome);
begin
    if asked.object_kind not in ('discrepancy', 'correction') or asked.amount_minor is null then
        raise exception '% is no outcome of %', outcome_event, asked.action using errcode = 'check_violation';
    end if;
    if told is null
        or (select count(*) from jsonb_object_keys(told)) <> 4
        or not told ?& array['ledger_ids', 'amount_minor', 'currency', 'run_id']
        or not exists (
            select from internal.runs where run_id = told ->> 'run_id' and account_id = asked.account_id
        )
        or (case
            when outcome_event = 'withdrawn' then told -> 'ledger_ids' <> 'null'
            else jsonb_typeof(told -> 'ledger_ids') <> 'array'
                or told -> 'ledger_ids' = '[]'
                or jsonb_path_exists(told, '$.ledger_ids[*] ? (@.type() != "string" || @ == "")')
                or jsonb_typeof(told -> 'amount_minor') <> 'number'
                or jsonb_typeof(told -> 'currency') <> 'string'
        end)
        or (outcome_event = 'confirmed' and (
            told -> 'amount_minor' <> to_jsonb(asked.amount_minor)
            or told ->> 'currency' <> asked.currency
        ))
    then
        raise exception '%: expected the ledger rows, amount, currency and run of a posting, found %',
            outcome_event, left(outcome, 200) using errcode = 'check_violation';
    end if;
    if outcome_event <> 'withdrawn' and exists (
        select from jsonb_array_elements_text(told -> 'ledger_ids') as named (ledger_id)
        where not exists (
            select from internal.ledger_transactions as known
            where
                hashtextextended(known.ledger_id, 0) = hashtextextended(named.ledger_id, 0)
                and known.ledger_id = named.ledger_id
                and known.account_id = asked.account_id
                and known.last_run_number is null
        )
    ) then
        raise exception '%: no run has read all of its ledger rows %', outcome_event, told -> 'ledger_ids'
            using errcode = 'check_violation';
    end if;
end
$$;

comment on function internal.refuse_posting is 'A posting is told in one shape, by a run of the account, and confirmed of the approved amount alone.';

create or replace function internal.note_outcome(asked_id text, outcome_event text, outcome text) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    asked internal.action_requests;
    noted bigint;
begin
    select * into asked from internal.action_requests where request_id = asked_id;
    if not found or not exists (
        select from internal.correction_log where request_id = asked_id and event = 'applied'
    ) then
        raise exception 'request % was never applied', asked_id using errcode = 'check_violation';
    end if;
    if outcome_event in ('confirmed', 'posted_otherwise', 'withdrawn') then
        perform internal.refuse_posting(asked, outcome_event, outcome);
        -- The lock of append_to_log, taken before it looks.
        perform pg_advisory_xact_lock(hashtextextended('reconciliation correction_log', 0));
        -- Of a posting the first word stands; a run that comes later has nothing to add.
        select sequence_number into noted from internal.correction_log
        where request_id = asked_id and event in ('confirmed', 'posted_otherwise', 'withdrawn');
        if found then
            return noted;
        end if;
    elsif outcome_event is null or outcome_event not in ('verified', 'failed')
        or asked.object_kind in ('discrepancy', 'correction')
    then
        raise exception '% is no outcome of %', outcome_event, asked.action using errcode = 'check_violation';
    end if;
    return internal.append_to_log(outcome_event, asked, outcome);
end
$$;

revoke all on function internal.at_stake_minor, internal.approvals_needed, internal.refuse_correction,
internal.refuse_reversal, internal.refuse_unlike, internal.facts_shown, internal.refuse_unapproved,
internal.refuse_application, internal.refuse_posting from public;
grant select on internal.standing_discrepancies, internal.approved_discrepancies to reconciliation_rw;
