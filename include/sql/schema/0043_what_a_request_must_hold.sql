-- What a request must say of its object, when it is made and when it is applied; and what its approver reads.
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
