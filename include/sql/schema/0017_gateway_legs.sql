-- The gateway's books, and the legs that hold them against the ledger's and the statements.
create table internal.gateway_transactions (like internal.ledger_transactions)
partition by list (volume);

create index gateway_transactions_in_force
on internal.gateway_transactions (hashtextextended(ledger_id, 0))
where last_run_number is null;
create unique index on internal.gateway_transactions (item_id, volume);
create index on internal.gateway_transactions (hashtextextended(payment_key, 0));
create index on internal.gateway_transactions using brin (occurred_at);

comment on table internal.gateway_transactions is 'The gateway''s transactions as extracted, in versions like ledger_transactions: ledger_id is the transaction''s own id.';
comment on column internal.gateway_transactions.type is 'authorisation, capture, sale, void, expiry, refund, chargeback, reversal, unknown.';
comment on column internal.gateway_transactions.moves_money is 'Whether the row''s status says that it took place; NULL means that the mapping does not know the status.';

create table internal.leg_payments (
    leg text not null,
    item_id bigint not null,
    payment_key text not null,
    primary key (item_id, leg)
);

create index on internal.leg_payments (hashtextextended(payment_key, 0));
comment on table internal.leg_payments is 'The payment that a row on the right of a leg of the gateway was found to belong to there, where it is or may become another one than the row''s own.';

create table internal.match_members_authorisation
partition of internal.match_members for values in ('authorisation') partition by list (volume);
create table internal.match_members_authorisation_shared
partition of internal.match_members_authorisation for values in (0);
create unique index on internal.match_members_authorisation (statement_item_id, volume);
create unique index on internal.match_members_authorisation (ledger_item_id, volume);

create table internal.match_members_gateway_ledger
partition of internal.match_members for values in ('gateway_ledger') partition by list (volume);
create table internal.match_members_gateway_ledger_shared
partition of internal.match_members_gateway_ledger for values in (0);
create unique index on internal.match_members_gateway_ledger (statement_item_id, volume);
create unique index on internal.match_members_gateway_ledger (ledger_item_id, volume);

create table internal.match_members_gateway_statement
partition of internal.match_members for values in ('gateway_statement') partition by list (volume);
create table internal.match_members_gateway_statement_shared
partition of internal.match_members_gateway_statement for values in (0);
create unique index on internal.match_members_gateway_statement (statement_item_id, volume);
create unique index on internal.match_members_gateway_statement (ledger_item_id, volume);

alter table internal.discrepancy_versions add column shown_under text;
update internal.discrepancy_versions set shown_under = leg;
alter table internal.discrepancy_versions alter column shown_under set not null;
comment on column internal.discrepancy_versions.shown_under is 'The first leg that the event breaks: there it is shown and counted, once.';

-- A part of an attempt's workspace: the gateway's extract, or what a leg of the gateway works with.
create function internal.open_part(attempt bigint, part text) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    if part is null or part not in ('gateway', 'authorisation', 'gateway_ledger', 'gateway_statement')
        or to_regnamespace('work_' || attempt) is null
    then
        raise exception 'there is no part % of attempt %', part, attempt;
    end if;
    execute format('drop schema if exists %I cascade', 'work_' || attempt || '_' || part);
    execute format('create schema %I', 'work_' || attempt || '_' || part);
    execute format('grant usage, create on schema %I to reconciliation_rw', 'work_' || attempt || '_' || part);
end
$$;

comment on function internal.open_part is 'Makes an empty schema for a part of an attempt''s workspace.';

create function internal.drop_legs(attempt bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    part text;
begin
    foreach part in array array['authorisation', 'gateway_ledger', 'gateway_statement'] loop
        execute format('drop schema if exists %I cascade', 'work_' || attempt || '_' || part);
    end loop;
end
$$;

comment on function internal.drop_legs is 'Drops what the legs of the gateway work with, which stands on the rest of the workspace.';

create or replace function internal.drop_workspace(attempt bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    perform internal.drop_legs(attempt);
    execute format('drop schema if exists %I cascade', 'work_' || attempt || '_gateway');
    execute format('drop schema if exists %I cascade', 'work_' || attempt);
end
$$;

create or replace function internal.ensure_volume(month date) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    bulk_table text;
    partition text;
    shared_volume bigint := to_char(month, 'YYYYMM');
begin
    foreach bulk_table in array array['statement_lines', 'ledger_transactions', 'gateway_transactions'] loop
        partition := format('%s_%s', bulk_table, to_char(month, 'YYYY_MM'));
        if to_regclass(format('internal.%I', partition)) is null then
            perform pg_advisory_xact_lock(hashtext('internal.ensure_volume'));
            execute format(
                'create table if not exists internal.%I partition of internal.%I for values in (%s)',
                partition, bulk_table, shared_volume
            );
        end if;
    end loop;
    return shared_volume;
end
$$;

create or replace function internal.drop_partitions_before(month date) returns integer
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    partition record;
    has_open_items boolean;
    dropped integer := 0;
begin
    for partition in
        select child.relname
        from pg_inherits
        inner join pg_class as parent on pg_inherits.inhparent = parent.oid
        inner join pg_class as child on pg_inherits.inhrelid = child.oid
        where
            parent.relnamespace = 'internal'::regnamespace
            and parent.relname in ('statement_lines', 'ledger_transactions', 'gateway_transactions')
            and to_date(substring(child.relname from '_([0-9]{4}_[0-9]{2})(?:_[0-9]+)?$'), 'YYYY_MM')
            < date_trunc('month', month)::date
    loop
        -- What is open is in the sums of every later run, which its row must explain.
        execute format(
            'select exists (select from internal.%I as kept inner join internal.open_items using (item_id))',
            partition.relname
        ) into has_open_items;
        if has_open_items then
            raise warning 'internal.% is kept: it has open items', partition.relname;
            continue;
        end if;
        execute format('drop table internal.%I', partition.relname);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

revoke all on function internal.open_part, internal.drop_legs from public;
grant execute on function internal.open_part, internal.drop_legs to reconciliation_rw;
grant select, insert on internal.gateway_transactions to reconciliation_rw;
grant update (last_run_number) on internal.gateway_transactions to reconciliation_rw;
grant select, insert, update, delete on internal.leg_payments to reconciliation_rw;
grant select on
internal.match_members_authorisation, internal.match_members_gateway_ledger,
internal.match_members_gateway_statement
to reconciliation_rw;

create or replace view reconciliation.discrepancy_history as
select
    discrepancy_versions.discrepancy_id,
    discrepancy_versions.event_id,
    accounts.psp,
    accounts.account,
    discrepancy_versions.leg,
    discrepancy_versions.aspect,
    discrepancy_versions.kind,
    discrepancy_versions.change,
    discrepancy_versions.status,
    discrepancy_versions.episode,
    discrepancy_versions.severity,
    discrepancy_versions.currency,
    discrepancy_versions.statement_minor,
    discrepancy_versions.ledger_minor,
    discrepancy_versions.delta_minor,
    discrepancy_versions.exposure_minor,
    discrepancy_versions.psp_reference,
    discrepancy_versions.merchant_reference,
    discrepancy_versions.occurred_at,
    discrepancy_versions.due_at,
    discrepancy_versions.due_on,
    discrepancy_versions.first_run_id,
    runs.run_id,
    discrepancy_versions.explanation,
    discrepancy_versions.statement_file,
    discrepancy_versions.statement_row,
    discrepancy_versions.shown_under
from internal.discrepancy_versions
inner join internal.runs on discrepancy_versions.run_number = runs.run_number
inner join internal.accounts on discrepancy_versions.account_id = accounts.account_id;

create or replace view reconciliation.discrepancies as
select discrepancy_history.*
from reconciliation.discrepancy_history
inner join internal.heads on discrepancy_history.run_id = heads.run_id;

create or replace view reconciliation.pending_items as
select
    accounts.psp,
    accounts.account,
    open_items.leg,
    case when gateway_transactions.item_id is null then open_items.side else 'gateway' end as side,
    open_items.reason,
    open_items.currency,
    open_items.amount_minor,
    open_items.due_at,
    open_items.due_on,
    coalesce(statement_lines.type, ledger_transactions.type, gateway_transactions.type) as type,
    coalesce(statement_lines.psp_reference, ledger_transactions.psp_reference, gateway_transactions.psp_reference)
        as psp_reference,
    coalesce(
        statement_lines.event_reference, ledger_transactions.event_reference, gateway_transactions.event_reference
    ) as event_reference,
    coalesce(
        statement_lines.merchant_reference, ledger_transactions.merchant_reference,
        gateway_transactions.merchant_reference
    ) as merchant_reference,
    coalesce(statement_lines.booked_at, ledger_transactions.occurred_at, gateway_transactions.occurred_at)
        as occurred_at,
    coalesce(ledger_transactions.ledger_id, gateway_transactions.ledger_id) as ledger_id,
    deliveries.name as statement_file,
    statement_lines.row_number as statement_row,
    runs.run_id as first_run_id
from internal.open_items
inner join internal.accounts on open_items.account_id = accounts.account_id
inner join internal.runs on open_items.opened_run_number = runs.run_number
left join internal.statement_lines
    on open_items.item_id = statement_lines.item_id and open_items.side = 'statement'
left join internal.statements on statement_lines.statement_id = statements.statement_id
left join internal.deliveries on statements.delivery_id = deliveries.delivery_id
left join internal.ledger_transactions
    on open_items.item_id = ledger_transactions.item_id and open_items.side = 'ledger'
left join internal.gateway_transactions
    on open_items.item_id = gateway_transactions.item_id and open_items.leg <> 'ledger_statement'
where open_items.bucket = 'pending';

comment on column reconciliation.discrepancy_history.leg is 'Which two books disagree: ledger_statement, or for a PSP with a gateway authorisation, gateway_ledger, gateway_statement.';
comment on column reconciliation.discrepancies.leg is 'Which two books disagree: ledger_statement, or for a PSP with a gateway authorisation, gateway_ledger, gateway_statement.';
comment on column reconciliation.discrepancy_history.shown_under is 'The first leg that the event breaks: there it is shown and counted, once.';
comment on column reconciliation.discrepancies.shown_under is 'The first leg that the event breaks: there it is shown and counted, once.';
comment on column reconciliation.discrepancy_history.statement_minor is 'What the statement says, signed, in minor units (on gateway_ledger: the gateway; on authorisation: what was taken); NULL where that side is absent.';
comment on column reconciliation.discrepancies.statement_minor is 'What the statement says, signed, in minor units (on gateway_ledger: the gateway; on authorisation: what was taken); NULL where that side is absent.';
comment on column reconciliation.discrepancy_history.ledger_minor is 'What the ledger says, signed, in minor units (on gateway_statement: the gateway; on authorisation: what was authorised); NULL where that side is absent.';
comment on column reconciliation.discrepancies.ledger_minor is 'What the ledger says, signed, in minor units (on gateway_statement: the gateway; on authorisation: what was authorised); NULL where that side is absent.';
comment on column reconciliation.run_totals.leg is 'Which two books are held against each other: ledger_statement, or for a PSP with a gateway authorisation, gateway_ledger, gateway_statement.';
comment on column reconciliation.matches.leg is 'Between which two books: ledger_statement, or for a PSP with a gateway authorisation, gateway_ledger, gateway_statement.';
comment on column reconciliation.pending_items.leg is 'On which leg it waits: ledger_statement, or for a PSP with a gateway authorisation, gateway_ledger, gateway_statement.';
comment on column reconciliation.pending_items.side is 'statement, ledger or gateway.';
comment on column reconciliation.pending_items.ledger_id is 'The ledger''s id, or the gateway''s, on that side.';
