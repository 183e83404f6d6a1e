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
    case
        when object_kind = 'discrepancy'
            then action in ('compensating_entry', 'write_off', 'accept', 'mark_as_provider_error', 'relink')
        when object_kind = 'correction' then action = 'reverse_correction'
        else action in (
            'adjust_wallet', 'approve_refund', 'cancel_payment', 'capture_payment', 'force_finalise_payout',
            'force_reconcile_payout', 'freeze_wallet', 'mark_payment_failed', 'process_refund',
            'quarantine_payout', 'rerun_outbox', 'retry_payment', 'unfreeze_wallet'
        ) end
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
