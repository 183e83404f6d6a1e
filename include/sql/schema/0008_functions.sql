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

create function internal.ensure_volume(month date) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal as $$
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

create function internal.adopt_volume(attempt bigint, work_table text, bulk_table text) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    place text := format('%I.%I', 'work_' || attempt, work_table);
    relation oid := to_regclass(place);
    account integer := (select account_id from internal.attempts where attempt_id = attempt);
    volume bigint;
    obligatory text;
begin
    if (work_table, bulk_table) not in (
        ('work_statement_lines', 'statement_lines'), ('work_ledger_versions', 'ledger_transactions')
    ) or relation is null then
        raise exception 'there is no % for % in attempt %', work_table, bulk_table, attempt;
    end if;
    -- The owner runs nothing that somebody else may have hung on the table.
    if exists (select from pg_trigger where tgrelid = relation)
        or exists (select from pg_rewrite where ev_class = relation)
        or exists (select from pg_constraint where conrelid = relation and contype <> 'n')
        or exists (select from pg_attrdef where adrelid = relation)
        or exists (select from pg_index where indrelid = relation)
        or exists (select from pg_policy where polrelid = relation)
        or exists (select from pg_class where oid = relation and (relkind <> 'r' or relpersistence <> 'p'))
    then
        raise exception '% is not a plain table', place;
    end if;
    execute format('alter table %s owner to %I', place, current_user);
    execute format('select min(item_id) from %s', place) into volume;
    select string_agg(format('alter column %I set not null', attname), ', ') into obligatory
    from pg_attribute
    where
        attrelid = format('internal.%I', bulk_table)::regclass
        and attnum > 0
        and attnotnull
        and not attisdropped
        and attname not in ('account_id', 'first_run_number', 'volume');
    execute format(
        'alter table %1$s add column account_id integer not null default %2$s, '
        'add column last_run_number bigint, add column volume bigint not null default %3$s',
        place, account, volume
    );
    execute format('alter table %s %s, add check (volume = %s)', place, obligatory, volume);
    execute format('analyze %s', place);
    execute format('grant select, update (payment_key) on %s to reconciliation_rw', place);
end
$$;

comment on function internal.adopt_volume is 'Makes a staged table into what can become a volume: owned by the owner, with the columns and promises of its bulk table.';

create function internal.index_volume(attempt bigint, work_table text, bulk_table text) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    place text := format('%I.%I', 'work_' || attempt, work_table);
    definition text;
    volume bigint;
    number integer := 0;
begin
    if (work_table, bulk_table) not in (
        ('work_statement_lines', 'statement_lines'), ('work_ledger_versions', 'ledger_transactions')
    ) or not exists (
        select from pg_class
        where
            oid = to_regclass(place)
            and relowner = current_user::regrole
            and not relhasindex
    ) then
        return;
    end if;
    execute format('select volume from %s limit 1', place) into volume;
    set local maintenance_work_mem = '256MB';
    -- It works beside the matching, which has the other core.
    set local max_parallel_maintenance_workers = 0;
    for definition in
        select pg_get_indexdef(indexrelid) from pg_index
        where indrelid = format('internal.%I', bulk_table)::regclass
        order by indexrelid
    loop
        number := number + 1;
        execute regexp_replace(
            definition,
            'INDEX \S+ ON (ONLY )?\S+',
            format('INDEX %I ON %s', bulk_table || '_' || volume || '_' || number, place)
        );
    end loop;
end
$$;

comment on function internal.index_volume is 'Gives an adopted table the indexes of its bulk table; nothing where it has them already.';

create function internal.discard_volume(attempt bigint, work_table text) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
begin
    execute format('drop table if exists %I.%I cascade', 'work_' || attempt, work_table);
end
$$;

comment on function internal.discard_volume is 'Drops a staged table of an attempt, whether it was adopted or not.';

create function internal.attach_volume(
    attempt bigint, work_table text, bulk_table text, run bigint, month date
) returns boolean
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    place text := format('%I.%I', 'work_' || attempt, work_table);
    column_name text;
    volume bigint;
    partition text;
begin
    if (work_table, bulk_table) not in (
        ('work_statement_lines', 'statement_lines'), ('work_ledger_versions', 'ledger_transactions')
    ) or not exists (
        select from pg_class
        where oid = to_regclass(place) and relowner = current_user::regrole and relhasindex
    ) then
        return false;
    end if;
    execute format('select volume from %s limit 1', place) into volume;
    for column_name in
        select attname from pg_attribute
        where attrelid = to_regclass(place) and attnum > 0 and not attisdropped
        except
        select attname from pg_attribute
        where attrelid = format('internal.%I', bulk_table)::regclass and attnum > 0
    loop
        execute format('alter table %s drop column %I', place, column_name);
    end loop;
    execute format(
        'alter table %s add column first_run_number bigint not null default %s', place, run
    );
    partition := format('%s_%s_%s', bulk_table, to_char(month, 'YYYY_MM'), volume);
    execute format('alter table %s rename to %I', place, partition);
    execute format('alter table %I.%I set schema internal', 'work_' || attempt, partition);
    execute format(
        'alter table internal.%I attach partition internal.%I for values in (%s)',
        bulk_table, partition, volume
    );
    execute format('revoke all on internal.%I from reconciliation_rw', partition);
    return true;
end
$$;

comment on function internal.attach_volume is 'An adopted and indexed table becomes a partition of its bulk table, as it stands; false where it is none.';

create function internal.refresh_statistics(month date, new_rows bigint) returns void
language plpgsql security definer set search_path = pg_catalog, internal as $$
declare
    suffix text := to_char(month, 'YYYY_MM');
    bulk_table text;
    known_rows real;
begin
    foreach bulk_table in array array[
        'statement_lines_' || suffix, 'ledger_transactions_' || suffix,
        'match_members_ledger_statement', 'open_items'
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
            and parent.relname in ('statement_lines', 'ledger_transactions')
            and to_date(substring(child.relname from '_([0-9]{4}_[0-9]{2})(?:_[0-9]+)?$'), 'YYYY_MM')
            < date_trunc('month', month)::date
    loop
        execute format('drop table internal.%I', partition.relname);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

comment on function internal.drop_partitions_before is 'Retention: drops the bulk partitions of the months before the given one.';

revoke all on function internal.open_workspace, internal.drop_workspace, internal.ensure_volume,
internal.adopt_volume, internal.index_volume, internal.discard_volume, internal.attach_volume,
internal.refresh_statistics,
internal.drop_partitions_before from public;
