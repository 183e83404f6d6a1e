-- Payouts explained: what each is made of, and what of it the bank has. Not the book `payouts` (runbook 001).
create table internal.payout_waterfalls (
    item_id bigint not null unique,
    paid_item_id bigint not null unique,
    account_id integer not null references internal.accounts,
    basis text not null check (basis in ('statement', 'reference', 'running_balance')),
    batch text not null,
    currency text not null,
    lines bigint not null,
    payouts bigint not null,
    payout_references text[] not null,
    last_booked_at timestamptz not null,
    booked_on date not null,
    last_paid_at timestamptz,
    last_returned_at timestamptz,
    carried_in_minor bigint not null,
    captures_minor bigint not null,
    refunds_minor bigint not null,
    chargebacks_minor bigint not null,
    processing_fees_minor bigint not null,
    scheme_fees_minor bigint not null,
    reserve_held_minor bigint not null,
    reserve_released_minor bigint not null,
    deductions_minor bigint not null,
    fx_minor bigint not null,
    adjustments_minor bigint not null,
    carried_out_minor bigint not null,
    paid_out_minor bigint not null,
    payout_fees_minor bigint not null,
    returned_minor bigint not null,
    net_minor bigint not null generated always as (
        carried_in_minor + captures_minor + refunds_minor + chargebacks_minor + processing_fees_minor
        + scheme_fees_minor + reserve_held_minor + reserve_released_minor + deductions_minor + fx_minor
        + adjustments_minor - carried_out_minor
    ) stored,
    paid_minor bigint not null generated always as (
        paid_out_minor + payout_fees_minor - returned_minor
    ) stored,
    first_run_number bigint not null,
    last_run_number bigint
);

create unique index payout_waterfalls_in_force
on internal.payout_waterfalls (account_id, basis, batch, currency)
where last_run_number is null;
create index on internal.payout_waterfalls (hashtextextended(batch, 0)) where last_run_number is null;
create index on internal.payout_waterfalls (account_id, currency, booked_on) where last_run_number is null;

create index on internal.payout_waterfalls (account_id)
where last_run_number is null and returned_minor <> 0;

comment on table internal.payout_waterfalls is 'What the lines of a batch add up to in one currency of settlement, and what was paid out of it; in versions, in force while last_run_number is null. No order to pay: that is the book payouts.';
comment on column internal.payout_waterfalls.item_id is 'Number of the version on the leg statement_payout, as its left side.';
comment on column internal.payout_waterfalls.paid_item_id is 'Number of what was paid out, as the right side of that leg.';
comment on column internal.payout_waterfalls.basis is 'What makes the batch: its statement, the payout that its lines name, or, where neither is told, the day of a running balance.';
comment on column internal.payout_waterfalls.batch is 'The statement''s key, the payout''s reference (empty: in no payout yet), or the day.';
comment on column internal.payout_waterfalls.scheme_fees_minor is 'Fees of card schemes where the statement tells them apart, else 0: they are then among the processing fees.';
comment on column internal.payout_waterfalls.net_minor is 'Sum of all lines that are no payout: carried in and out included.';
comment on column internal.payout_waterfalls.paid_minor is 'What was paid out with its fees, less what came back.';

create table internal.reserve_days (
    account_id integer not null references internal.accounts,
    currency text not null,
    booked_on date not null,
    held_minor bigint not null,
    released_minor bigint not null,
    primary key (account_id, currency, booked_on)
);

comment on table internal.reserve_days is 'What the PSP kept back as a reserve and gave free on each day, at the head.';

create table internal.expected_deposits (
    item_id bigint not null unique,
    payout_item_id bigint not null,
    account_id integer not null references internal.accounts,
    line_scope text not null,
    line_key text not null,
    occurrence integer not null,
    batch text not null,
    payout_reference text,
    currency text not null,
    amount_minor bigint not null,
    moves_money boolean not null,
    booked_at timestamptz not null,
    first_run_number bigint not null,
    last_run_number bigint
);

create unique index expected_deposits_in_force
on internal.expected_deposits (account_id, line_scope, line_key, occurrence)
where last_run_number is null;
create index on internal.expected_deposits (hashtextextended(payout_reference, 0))
where last_run_number is null;

comment on table internal.expected_deposits is 'Each payout line of a statement as the bank should show it, in versions; the right side of the leg payout_bank.';
comment on column internal.expected_deposits.batch is 'The batch that the payout was made of, as in payout_waterfalls.';
comment on column internal.expected_deposits.amount_minor is 'What arrives, positive; negative where a payout came back.';
comment on column internal.expected_deposits.moves_money is 'False for a payout and its return that make up for each other: the bank need not show either.';

create table internal.claimed_deposits (
    item_id bigint not null,
    account_id integer not null references internal.accounts,
    payout_reference text,
    currency text not null,
    amount_minor bigint not null,
    booked_on date not null,
    first_run_number bigint not null,
    last_run_number bigint
);

create unique index claimed_deposits_in_force on internal.claimed_deposits (item_id)
where last_run_number is null;
create index on internal.claimed_deposits (account_id, booked_on) where last_run_number is null;
create index on internal.claimed_deposits (hashtextextended(payout_reference, 0))
where last_run_number is null;

comment on table internal.claimed_deposits is 'The bank''s lines that the rule of a PSP claims, in versions; the left side of the leg payout_bank. No line is claimed for two accounts.';

create function internal.waterfall_term(
    type text, economic_type text, provider_type text, net_minor bigint
) returns text
language sql immutable parallel safe as $$
    select
        case type
            when 'payment' then 'captures'
            when 'payout' then case when net_minor > 0 then 'returned' else 'paid_out' end
            when 'refund' then 'refunds'
            when 'chargeback' then 'chargebacks'
            when 'reversal' then case economic_type when 'refund' then 'refunds' else 'chargebacks' end
            when 'balance'
                then case when net_minor < 0 then 'carried_out' else 'carried_in' end
            when 'reserve_hold' then 'reserve_held'
            when 'reserve_release' then 'reserve_released'
            when 'reserve'
                then case when net_minor < 0 then 'reserve_held' else 'reserve_released' end
            when 'conversion' then 'fx'
            when 'fee'
                then
                    case
                        when provider_type ~* '(scheme|interchange|network)' then 'scheme_fees'
                        when provider_type ~* '(loan|capital|financ|advance|invoice|deduction)' then 'deductions'
                        else 'processing_fees'
                    end
            else
                case
                    when provider_type ~* '(loan|capital|financ|advance|invoice|deduction)' then 'deductions'
                    else 'adjustments'
                end
        end
$$;

comment on function internal.waterfall_term is 'The step of a payout''s waterfall that a line counts in. Loans and invoices have no type of their own, nor have fees of card schemes: the provider''s words tell them.';

create function internal.batch_of(
    basis text, line_scope text, payout_reference text, booked_on date
) returns text
language sql stable parallel safe as $$
    select
        case basis
            when 'statement' then line_scope
            when 'reference' then coalesce(payout_reference, '')
            else booked_on::text
        end
$$;

comment on function internal.batch_of is 'The batch of a line, by what makes batches of the provider''s lines.';

create table internal.run_bank_lines (
    run_number bigint not null references internal.runs,
    bank text not null,
    bank_account text not null,
    bank_run_id text,
    currency text not null,
    claimed_lines bigint not null,
    claimed_minor bigint not null,
    other_lines bigint not null,
    other_minor bigint not null,
    unclaimed_lines bigint not null,
    unclaimed_minor bigint not null,
    primary key (run_number, bank, bank_account, currency)
);

comment on table internal.run_bank_lines is 'Of the bank account that a run looked at: which lines were claimed for its PSP account, for others, and for none (out of scope).';

create table internal.match_members_statement_payout
partition of internal.match_members for values in ('statement_payout') partition by list (volume);
create table internal.match_members_statement_payout_shared
partition of internal.match_members_statement_payout for values in (0);
create unique index on internal.match_members_statement_payout (statement_item_id, volume);
create unique index on internal.match_members_statement_payout (ledger_item_id, volume);

create table internal.match_members_payout_bank
partition of internal.match_members for values in ('payout_bank') partition by list (volume);
create table internal.match_members_payout_bank_shared
partition of internal.match_members_payout_bank for values in (0);
create unique index on internal.match_members_payout_bank (statement_item_id, volume);
create unique index on internal.match_members_payout_bank (ledger_item_id, volume);

create or replace function internal.open_part(attempt bigint, part text) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    if part is null
        or part not in (
            'gateway', 'authorisation', 'gateway_ledger', 'gateway_statement', 'statement_payout', 'payout_bank'
        )
        or to_regnamespace('work_' || attempt) is null
    then
        raise exception 'there is no part % of attempt %', part, attempt;
    end if;
    execute format('drop schema if exists %I cascade', 'work_' || attempt || '_' || part);
    execute format('create schema %I', 'work_' || attempt || '_' || part);
    execute format('grant usage, create on schema %I to reconciliation_rw', 'work_' || attempt || '_' || part);
end
$$;

create or replace function internal.drop_legs(attempt bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    part text;
begin
    foreach part in array array[
        'authorisation', 'gateway_ledger', 'gateway_statement', 'statement_payout', 'payout_bank'
    ] loop
        execute format('drop schema if exists %I cascade', 'work_' || attempt || '_' || part);
    end loop;
end
$$;

comment on function internal.drop_legs is 'Drops what the legs beside ledger_statement work with, which stands on the rest of the workspace.';

grant select, insert on
internal.payout_waterfalls, internal.expected_deposits, internal.claimed_deposits, internal.run_bank_lines
to reconciliation_rw;
grant update (last_run_number) on
internal.payout_waterfalls, internal.expected_deposits, internal.claimed_deposits
to reconciliation_rw;
grant select, insert, update, delete on internal.reserve_days to reconciliation_rw;
grant select on internal.match_members_statement_payout, internal.match_members_payout_bank
to reconciliation_rw;
