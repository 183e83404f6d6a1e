-- What the application may do that needs the owner's rights: a workspace per attempt, a partition per month.
create function internal.open_workspace(attempt bigint) returns text
language plpgsql security definer set search_path = pg_catalog, internal as $$
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
language plpgsql security definer set search_path = pg_catalog, internal as $$
begin
    execute format('drop schema if exists %I cascade', 'work_' || attempt);
end
$$;

comment on function internal.drop_workspace is 'Drops the workspace of an attempt.';

create function internal.ensure_partitions(month date) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    first_day date := date_trunc('month', month)::date;
    bulk_table text;
    partition text;
begin
    foreach bulk_table in array array['statement_lines', 'ledger_transactions', 'matches'] loop
        partition := format('%s_%s', bulk_table, to_char(first_day, 'YYYY_MM'));
        if to_regclass(format('internal.%I', partition)) is null then
            perform pg_advisory_xact_lock(hashtext('internal.ensure_partitions'));
            execute format(
                'create table if not exists internal.%I partition of internal.%I for values from (%L) to (%L)',
                partition, bulk_table, first_day, first_day + interval '1 month'
            );
        end if;
    end loop;
end
$$;

comment on function internal.ensure_partitions is 'Makes the month''s partitions of the bulk tables where they are missing.';

create function internal.refresh_statistics(month date, new_rows bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    suffix text := to_char(month, 'YYYY_MM');
    bulk_table text;
    known_rows real;
begin
    foreach bulk_table in array array[
        'statement_lines_' || suffix, 'ledger_transactions_' || suffix, 'matches_' || suffix,
        'match_members', 'open_items'
    ] loop
        select reltuples into known_rows from pg_class
        where relnamespace = 'internal'::regnamespace and relname = bulk_table;
        if found and new_rows > 0.1 * greatest(known_rows, 0) then
            execute format('analyze internal.%I', bulk_table);
        end if;
    end loop;
end
$$;

comment on function internal.refresh_statistics is 'After a run that brought much: the planner must not wait for autovacuum to hear of it.';

create function internal.drop_partitions_before(month date) returns integer
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    partition record;
    dropped integer := 0;
begin
    for partition in
        select child.relname
        from pg_inherits
        inner join pg_class as parent on pg_inherits.inhparent = parent.oid
        inner join pg_class as child on pg_inherits.inhrelid = child.oid
        where
            parent.relnamespace = 'internal'::regnamespace
            and to_date(right(child.relname, 7), 'YYYY_MM') < date_trunc('month', month)::date
    loop
        execute format('drop table internal.%I', partition.relname);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

comment on function internal.drop_partitions_before is 'Retention: drops the bulk partitions of the months before the given one.';

revoke all on function internal.open_workspace, internal.drop_workspace, internal.ensure_partitions,
internal.refresh_statistics,
internal.drop_partitions_before from public;
