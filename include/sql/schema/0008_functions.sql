-- What the application may do that needs the owner's rights: a workspace per attempt, a partition per month.
-- Each path ends in pg_temp, which would otherwise come first: a temporary pg_trigger would be believed.
create function internal.open_workspace(attempt bigint) returns text
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    workspace text := 'work_' || attempt;
begin
    if not exists (select from internal.attempts where attempt_id = attempt) then
        raise exception 'there is no attempt %', attempt;
    end if;
    execute format('drop schema if exists %I cascade', workspace);
    -- The owner keeps the schema, so that it may drop what the application made in it.
    execute format('create schema %I', workspace);
    execute format('grant usage, create on schema %I to reconciliation_rw', workspace);
    return workspace;
end
$$;

comment on function internal.open_workspace is 'Makes an empty schema for an attempt''s unlogged tables; what an earlier try left in it is gone.';

create function internal.drop_workspace(attempt bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    execute format('drop schema if exists %I cascade', 'work_' || attempt);
end
$$;

comment on function internal.drop_workspace is 'Drops the workspace of an attempt.';

create function internal.due_at(
    settles_on date, calendar_due_at timestamptz, zone text, ledger_grace interval
) returns timestamptz
language sql stable parallel safe as $$
    select
        case
            when settles_on is null then calendar_due_at
            else timezone(zone, (settles_on + 1)::timestamp) + ledger_grace
        end
$$;

comment on function internal.due_at is 'When a ledger row that no line matches is a discrepancy: by its own due day, or by the settlement calendar.';

create function internal.group_hash(payment_key text, economic_type text) returns bigint
language sql immutable parallel safe as $$
    select hashtextextended(payment_key, hashtext(economic_type))
$$;

comment on function internal.group_hash is 'What rows of one payment and economic type are found together by, in half the memory of the texts.';

create function internal.ensure_volume(month date) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    bulk_table text;
    partition text;
    shared_volume bigint := to_char(month, 'YYYYMM');
begin
    foreach bulk_table in array array['statement_lines', 'ledger_transactions'] loop
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

comment on function internal.ensure_volume is 'The volume that the runs of a month share: its partitions of the bulk tables are made where they are missing.';

create function internal.refresh_statistics(month date, new_rows bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    suffix text := to_char(month, 'YYYY_MM');
    bulk_table text;
    known_rows real;
begin
    foreach bulk_table in array array[
        'statement_lines_' || suffix, 'ledger_transactions_' || suffix,
        'match_members_ledger_statement_shared', 'open_items'
    ] loop
        select reltuples into known_rows from pg_class
        where relnamespace = 'internal'::regnamespace and relname = bulk_table;
        if found and new_rows > 0.1 * greatest(known_rows, 0)
            and pg_relation_size(format('internal.%I', bulk_table)::regclass) > 0
        then
            execute format('analyze internal.%I', bulk_table);
        end if;
    end loop;
end
$$;

comment on function internal.refresh_statistics is 'After a run that brought much: the planner must not wait for autovacuum to hear of it.';

create function internal.drop_partitions_before(month date) returns integer
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
            and parent.relname in ('statement_lines', 'ledger_transactions')
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

comment on function internal.drop_partitions_before is 'Retention: drops the bulk partitions of the months before the given one, except those that have open items; returns how many.';

revoke all on function internal.open_workspace, internal.drop_workspace, internal.ensure_volume,
internal.refresh_statistics, internal.drop_partitions_before from public;
