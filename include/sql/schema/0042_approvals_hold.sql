-- What was approved holds as long as it is what was approved, and of no column is the application's word taken.
create function internal.folded_name(name text) returns text
language sql immutable parallel safe as $$
    -- Without any collation of the server's, which not every build has: accents go with the marks
    -- that NFKD sets apart, and what else has a capital is named.
    select pg_catalog.regexp_replace(
        pg_catalog.translate(
            pg_catalog.normalize(name, 'NFKD'),
            'ABCDEFGHIJKLMNOPQRSTUVWXYZÆŒØĐÐðÞŁĦŦŊẞı',
            'abcdefghijklmnopqrstuvwxyzæœøđđđþłħŧŋßi'
        ),
        '[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u0300-\u036F\u061C\u1680\u180B-\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFE00-\uFE0F\uFEFF]',
        '', 'g'
    )
$$;

comment on function internal.folded_name is 'A person''s name as it is compared: no case, accents, spaces or invisible characters. verify_evidence.py folds alike.';

create function internal.is_plain(given text, characters_max integer) returns boolean
language sql immutable parallel safe as $$
    select pg_catalog.length(given) <= characters_max
        and given !~ '[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]'
$$;

comment on function internal.is_plain is 'Whether a text is one line, not too long, and all of it can be seen.';

create function internal.is_name(given text) returns boolean
language sql immutable parallel safe as $$
    -- One script: the letters of another look like these.
    select internal.is_plain(given, 200)
        and internal.folded_name(given) ~ '^[a-z0-9æœøđþłħŧŋß][a-z0-9æœøđþłħŧŋß._@+:/\\|,''()-]*$'
$$;

comment on function internal.is_name is 'Whether a text may name a person: Latin letters, digits and a few signs.';

create function internal.json_object_of(given text) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    found jsonb;
begin
    found := given::jsonb;
    return case when pg_catalog.jsonb_typeof(found) = 'object' then found end;
exception when data_exception or program_limit_exceeded then
    return null;
end
$$;

comment on function internal.json_object_of is 'A text as an object of JSON; NULL for what is none, never an error.';

-- Rows are never changed, and those that are there were written before these rules.
alter table internal.action_requests
add constraint action_is_known check (
    case object_kind
        when 'discrepancy' then action in ('compensating_entry', 'write_off', 'accept', 'mark_as_provider_error', 'relink')
        when 'correction' then action = 'reverse_correction'
        else action in (
            'adjust_wallet', 'approve_refund', 'cancel_payment', 'capture_payment', 'force_finalise_payout',
            'force_reconcile_payout', 'freeze_wallet', 'mark_payment_failed', 'process_refund',
            'quarantine_payout', 'rerun_outbox', 'retry_payment', 'unfreeze_wallet'
        )
    end
) not valid,
add constraint names_are_in_latin_letters check (
    internal.is_name(requested_by) and (on_behalf_of is null or internal.is_name(on_behalf_of))
) not valid,
add constraint texts_are_plain check (
    internal.is_plain(reason, 500)
    and internal.is_plain(object_id, 500)
    and internal.is_plain(coalesce(psp, ''), 200)
    and internal.is_plain(coalesce(leg, ''), 200)
    and internal.is_plain(coalesce(link_to, ''), 500)
    and internal.is_plain(coalesce(ticket, ''), 80)
    and internal.is_plain(coalesce(psp_ticket, ''), 80)
    and internal.is_plain(translate(preview, e'\n', ''), 20000)
) not valid,
add constraint states_are_json check (
    internal.json_object_of(state_before) is not null
    and internal.json_object_of(state_after) is not null
    and length(state_before) <= 100000
    and length(state_after) <= 100000
) not valid,
add constraint moments_are_near check (
    expires_at <= requested_at + interval '90 days'
    and (accept_until is null or isfinite(accept_until))
    and (post_by is null or isfinite(post_by))
) not valid,
add constraint accept_has_an_end check ((action = 'accept') = (accept_until is not null)) not valid;

alter table internal.action_answers
add constraint name_is_in_latin_letters check (internal.is_name(answered_by)) not valid,
add constraint note_is_plain check (internal.is_plain(coalesce(note, ''), 500)) not valid;

create unique index action_answers_once on internal.action_answers (request_id, internal.folded_name(answered_by));

create view internal.standing_discrepancies as
select
    versions.*,
    accounts.psp,
    accounts.account,
    heads.as_of
from internal.heads
inner join internal.accounts on heads.account_id = accounts.account_id
inner join internal.discrepancy_versions as versions
    on heads.run_number = versions.run_number and heads.account_id = versions.account_id
where versions.change <> 'resolved';

comment on view internal.standing_discrepancies is 'What is open at the head of each account.';

create view internal.approved_discrepancies as
select
    applied.request_id,
    versions.kind,
    versions.currency,
    versions.delta_minor,
    versions.payment_key,
    versions.psp_reference,
    versions.merchant_reference
from internal.correction_log as applied
cross join lateral (
    select seen.*
    from internal.discrepancy_versions as seen
    inner join internal.runs on seen.run_number = runs.run_number
    where
        seen.discrepancy_id = applied.discrepancy_id
        and seen.account_id = applied.account_id
        and seen.leg = applied.leg
        and seen.episode = applied.episode
        and runs.is_published
        -- The head when it was applied: its run did not know of it.
        and coalesce(runs.log_sequence_number, 0) < applied.sequence_number
    order by seen.run_number desc
    limit 1
) as versions
where applied.event = 'applied' and applied.object_kind = 'discrepancy';

comment on view internal.approved_discrepancies is 'Of what each correction was approved: the discrepancy as it stood at the head when it was applied.';

create function internal.refuse_unless_alone() returns void
language plpgsql as $$
begin
    -- In a snapshot of its own a transaction sees nothing of the answers beside it.
    if pg_catalog.current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'requests are answered and applied in read committed, not in %',
            pg_catalog.current_setting('transaction_isolation') using errcode = 'check_violation';
    end if;
end
$$;

comment on function internal.refuse_unless_alone is 'Whoever waits for a lock must see what was done meanwhile.';

create function internal.at_stake_minor(asked internal.action_requests) returns numeric
language sql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
    -- Parts of one difference, and of one payment, are one amount.
    select
        greatest(
            abs(coalesce(asked.amount_minor, 0)::numeric),
            abs(coalesce(standing.delta_minor, 0)::numeric),
            coalesce(standing.exposure_minor, 0)::numeric
        )
        + coalesce((
            select sum(abs(earlier.amount_minor::numeric))
            from internal.corrections as earlier
            left join internal.approved_discrepancies as approved on earlier.request_id = approved.request_id
            where
                asked.object_kind = 'discrepancy'
                and earlier.object_kind = 'discrepancy'
                and earlier.corrected_by is null
                and earlier.account_id = asked.account_id
                and earlier.currency = standing.currency
                and (
                    earlier.discrepancy_id = asked.discrepancy_id
                    or approved.payment_key = standing.payment_key
                )
        ), 0)
    from (values (true)) as here (is_so)
    left join internal.standing_discrepancies as standing
        on asked.object_kind = 'discrepancy' and asked.discrepancy_id = standing.discrepancy_id
$$;

comment on function internal.at_stake_minor is 'How much a request is about: its amount, or all of the discrepancy, with what was corrected of the payment before.';

create function internal.approvals_needed(asked internal.action_requests) returns smallint
language plpgsql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    of_currency text := asked.currency;
    at_stake numeric := internal.at_stake_minor(asked);
begin
    if asked.object_kind = 'discrepancy' then
        select currency into of_currency from internal.standing_discrepancies
        where discrepancy_id = asked.discrepancy_id;
    end if;
    return case
        when at_stake = 0 then 1
        when exists (
            select from internal.approval_limits
            where currency = of_currency and at_stake <= second_approver_above_minor
        ) then 1
        -- No limit is no leave.
        else 2
    end;
end
$$;

comment on table internal.approval_limits is 'Above which amount a second approver is needed, per currency, and in another for every amount; written by the migration from the configuration, never by the application.';
comment on function internal.approvals_needed is 'Two above the limit of the currency, and where it has none.';

create function internal.refuse_entry(asked internal.action_requests, as_of timestamptz) returns void
language plpgsql as $$
declare
    day date := (as_of at time zone 'UTC')::date;
begin
    if asked.amount_minor is null then
        if asked.post_by is not null then
            raise exception 'post_by: nothing is to be posted, found %', asked.post_by
                using errcode = 'check_violation';
        end if;
        return;
    end if;
    if asked.leg <> 'ledger_statement' then
        raise exception 'leg: an entry lies on ledger_statement, not on %', asked.leg
            using errcode = 'check_violation';
    end if;
    if asked.post_by is null or asked.post_by < day or asked.post_by > day + 90 then
        raise exception 'post_by: expected a day from % to %, found %', day, day + 90, asked.post_by
            using errcode = 'check_violation';
    end if;
end
$$;

create function internal.refuse_correction(asked internal.action_requests) returns void
language plpgsql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    standing internal.standing_discrepancies;
begin
    select * into standing from internal.standing_discrepancies where discrepancy_id = asked.discrepancy_id;
    if (asked.account_id, asked.psp, asked.leg, asked.episode)
        is distinct from (standing.account_id, standing.psp, standing.leg, standing.episode)
    then
        raise exception 'discrepancy % is of account %, %, leg %, episode %: the request names another',
            asked.discrepancy_id, standing.account_id, standing.psp, standing.leg, standing.episode
            using errcode = 'check_violation';
    end if;
    -- What the log tells as the state before must be it.
    if not coalesce(internal.json_object_of(asked.state_before) @> jsonb_build_object(
        'kind', standing.kind,
        'currency', standing.currency,
        'delta_minor', standing.delta_minor,
        'exposure_minor', standing.exposure_minor,
        'psp_reference', standing.psp_reference,
        'merchant_reference', standing.merchant_reference
    ), false) then
        raise exception 'state_before: it is not that of discrepancy %', asked.discrepancy_id
            using errcode = 'check_violation';
    end if;
    if (asked.amount_minor is not null) <> (asked.action in ('compensating_entry', 'write_off')) then
        raise exception 'amount: a compensating_entry or write_off has one, and nothing else; found % with %',
            asked.action, coalesce(asked.amount_minor::text, 'none') using errcode = 'check_violation';
    end if;
    perform internal.refuse_entry(asked, standing.as_of);
    if asked.amount_minor is not null and (
        standing.aspect not in ('existence', 'multiplicity', 'amount', 'currency', 'state')
        or asked.currency is distinct from standing.currency
        or asked.amount_minor = 0
        or sign(asked.amount_minor) <> sign(standing.delta_minor)
        or abs(asked.amount_minor::numeric) > abs(standing.delta_minor::numeric)
    ) then
        raise exception 'an entry of % % does not lie between 0 and the difference of % % (%)',
            asked.amount_minor, asked.currency, standing.delta_minor, standing.currency, standing.aspect
            using errcode = 'check_violation';
    end if;
    if asked.action = 'accept' and not (
        asked.accept_until > standing.as_of and asked.accept_until <= standing.as_of + interval '366 days'
    ) then
        raise exception 'accept_until: expected a moment within 366 days after %, found %',
            standing.as_of, asked.accept_until using errcode = 'check_violation';
    end if;
    if asked.action = 'mark_as_provider_error' and asked.psp_ticket is null then
        raise exception 'psp_ticket: expected the PSP''s own ticket, found none' using errcode = 'check_violation';
    end if;
    if (asked.action = 'relink') <> (asked.link_to is not null) then
        raise exception 'link_to: % with %', asked.action, coalesce(asked.link_to, 'none')
            using errcode = 'check_violation';
    end if;
    if asked.action = 'relink' and (
        standing.kind <> 'missing_in_statement' or standing.leg <> 'ledger_statement'
    ) then
        raise exception 'a ledger row is linked where it is missing_in_statement, not %', standing.kind
            using errcode = 'check_violation';
    end if;
    if asked.action = 'relink' and not exists (
        select from internal.statement_lines
        where
            hashtextextended(payment_key, 0) = hashtextextended(asked.link_to, 0)
            and payment_key = asked.link_to
            and account_id = asked.account_id
            and last_run_number is null
    ) then
        raise exception 'link_to: % has no statement line of a payment %', standing.account, asked.link_to
            using errcode = 'check_violation';
    end if;
end
$$;

create function internal.refuse_reversal(asked internal.action_requests) returns void
language plpgsql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    if not exists (
        select from internal.correction_log as earlier
        where
            earlier.event = 'applied'
            and earlier.request_id = asked.object_id
            and earlier.psp = asked.psp
            and earlier.account_id = asked.account_id
            and earlier.leg = asked.leg
            and earlier.discrepancy_id = asked.discrepancy_id
            and earlier.episode = asked.episode
            and earlier.currency is not distinct from asked.currency
            and earlier.amount_minor::numeric is not distinct from -asked.amount_minor::numeric
    ) then
        raise exception 'a correction is corrected by its opposite, and % is not that of %',
            asked.request_id, asked.object_id using errcode = 'check_violation';
    end if;
    perform internal.refuse_entry(asked, (select as_of from internal.heads where account_id = asked.account_id));
end
$$;

-- When it is asked for and when it is carried out: what stands in the columns is what lies here.
create function internal.refuse_unlike(asked internal.action_requests, state_sha256_now text) returns void
language plpgsql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    found_state text;
begin
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
    if asked.currency is not null and not exists (select from internal.currencies where code = asked.currency) then
        raise exception 'currency: expected a code of ISO 4217, found %', asked.currency
            using errcode = 'check_violation';
    end if;
    if asked.object_kind = 'discrepancy' then
        perform internal.refuse_correction(asked);
    elsif asked.object_kind = 'correction' then
        perform internal.refuse_reversal(asked);
    end if;
end
$$;

comment on function internal.refuse_entry is 'Entries lie where the ledger meets the statements, and are posted within 90 days.';
comment on function internal.refuse_correction is 'A correction says of its discrepancy what the head of its account says.';
comment on function internal.refuse_reversal is 'A reversal is the opposite of a correction in force.';
comment on function internal.refuse_unlike is 'A request is of its object as it lies here now.';

create function internal.facts_shown(asked internal.action_requests) returns text
language sql stable security definer set search_path = pg_catalog, internal, pg_temp as $$
    select concat_ws(
        e'\n',
        '**What is approved: ' || asked.action || '**',
        '',
        '- ' || case
            when asked.amount_minor is null then 'No amount'
            when asked.object_kind in ('discrepancy', 'correction') then 'Entry on the ledger''s side: '
            else 'Amount: '
        end || coalesce(internal.money_text(asked.amount_minor, asked.currency), ''),
        (
            select '- Account: ' || accounts.psp || ' / ' || accounts.account || ', leg ' || asked.leg
            from internal.accounts where accounts.account_id = asked.account_id
        ),
        '- ' || asked.object_kind || ' `' || asked.object_id || '`',
        '- Until: ' || to_char(asked.accept_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        '- To be posted by: ' || asked.post_by::text,
        '- Reference: ' || asked.link_to,
        '- For: ' || asked.requested_by || coalesce(', on behalf of ' || asked.on_behalf_of, ''),
        '', ''
    )
$$;

comment on function internal.facts_shown is 'What an approver reads before all else: the columns that count, as the database has them.';

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
