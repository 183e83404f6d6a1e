-- A large load becomes a partition as it stands: what the application has the owner do for it.
create function internal.is_plain_table(relation regclass, bulk_table regclass) returns boolean
language sql stable set search_path = pg_catalog, internal, pg_temp as $$
    select
        exists (
            select from pg_class
            inner join pg_am on pg_class.relam = pg_am.oid
            where
                pg_class.oid = relation
                and (relkind, relpersistence, amname, reloftype, reltablespace) = ('r', 'p', 'heap', 0, 0)
                and not (relrowsecurity or relforcerowsecurity or relispartition)
                and relacl is null
                and reloptions is null
        )
        and not exists (select from pg_trigger where tgrelid = relation)
        and not exists (select from pg_rewrite where ev_class = relation)
        and not exists (select from pg_constraint where conrelid = relation and contype <> 'n')
        and not exists (select from pg_attrdef where adrelid = relation)
        and not exists (select from pg_index where indrelid = relation)
        and not exists (select from pg_policy where polrelid = relation)
        and not exists (select from pg_statistic_ext where stxrelid = relation)
        and not exists (select from pg_inherits where relation in (inhrelid, inhparent))
        -- Its columns are those of the bulk table, so that no type of somebody's own is among them.
        and not exists (
            select from (
                select attname, atttypid, atttypmod, attcollation from pg_attribute
                where
                    attrelid = bulk_table
                    and attnum > 0
                    and not attisdropped
                    and attname not in ('account_id', 'first_run_number', 'last_run_number', 'volume')
            ) as wanted
            full join (
                select attname, atttypid, atttypmod, attcollation, attacl, attidentity from pg_attribute
                where
                    attrelid = relation
                    and attnum > 0
                    and not attisdropped
                    and (attname, atttypid) not in (
                        ('change', 'text'::regtype), ('old_item_id', 'bigint'::regtype)
                    )
            ) as found using (attname, atttypid, atttypmod, attcollation)
            where
                wanted.attname is null
                or found.attname is null
                or found.attacl is not null
                or found.attidentity <> ''
        )
$$;

comment on function internal.is_plain_table is 'Whether a staged table has the columns of its bulk table and nothing else: no code, no right and no type of somebody''s own.';

create function internal.bulk_table_of(work_table text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select bulk_table
    from (
        values
        ('work_statement_lines', 'statement_lines'),
        ('work_ledger_versions', 'ledger_transactions'),
        ('work_members', 'match_members_ledger_statement')
    ) as known (staged_table, bulk_table)
    where staged_table = work_table
$$;

comment on function internal.bulk_table_of is 'The bulk table that a staged table may join as a volume; NULL for any other table.';

create function internal.is_adopted(place text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from pg_class
        where oid = to_regclass(place) and relowner = current_user::regrole
    )
$$;

comment on function internal.is_adopted is 'Whether a staged table is there and belongs to the owner, who asks.';

create function internal.adopt_volume(attempt bigint, work_table text) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    bulk_table text := internal.bulk_table_of(work_table);
    bulk regclass := to_regclass(format('internal.%I', bulk_table));
    place text := format('%I.%I', 'work_' || attempt, work_table);
    account integer := (
        select account_id from internal.attempts where attempt_id = attempt and state = 'chosen'
    );
    volume bigint;
    promises text;
begin
    if bulk is null or account is null or to_regclass(place) is null then
        raise exception 'there is no % in attempt % that may become a volume', work_table, attempt;
    end if;
    -- Whoever looks first and locks then can be shown another table than the one that is taken.
    execute format('lock table %s in access exclusive mode', place);
    -- The owner runs nothing that somebody else may have hung on the table.
    if not internal.is_plain_table(place::regclass, bulk) then
        raise exception '% is not a plain table with the columns of %', place, bulk_table
        using hint = 'No trigger, rule, constraint, default, index, policy, statistics, inheritance, '
            'option or grant may hang on a table that becomes a volume.';
    end if;
    if bulk_table = 'match_members_ledger_statement' then
        volume := nextval('internal.load_ids') << 32;
    else
        execute format('select min(item_id) from %s', place) into volume;
    end if;
    -- Smaller ones are the volumes that many runs share.
    if volume is null or volume < 1::bigint << 32 then
        raise exception '% does not begin with an item of a load, but with %', place, volume;
    end if;
    execute format('alter table %s owner to %I', place, current_user);
    execute 'alter table ' || place || ' ' || (
        select
            string_agg(
                format(
                    'add column %I %s default %L',
                    attname,
                    atttypid::regtype,
                    case attname when 'account_id' then account when 'volume' then volume end
                ),
                ', '
            )
        from pg_attribute
        where
            attrelid = bulk
            and attname in ('account_id', 'last_run_number', 'volume')
            and not attisdropped
    );
    -- All that the partition promises, in one pass over its rows, so that attaching it reads none.
    select string_agg(promise, ', ') into promises
    from (
        select format('alter column %I set not null', attname) as promise
        from pg_attribute
        where
            attrelid = bulk
            and attnum > 0
            and attnotnull
            and not attisdropped
            and attname <> 'first_run_number'
        union all
        select format('add constraint %I %s', conname, pg_get_constraintdef(oid))
        from pg_constraint
        where conrelid = bulk and contype = 'c'
        union all
        select format('add check (volume = %s)', volume)
        union all
        select format('add check (leg = %L)', 'ledger_statement')
        where bulk_table = 'match_members_ledger_statement'
    ) as promised;
    execute 'alter table ' || place || ' ' || promises;
    -- Whoever attaches it would have to wait for a worker that looks after it.
    execute format('alter table %s set (autovacuum_enabled = off)', place);
    execute format('analyze %s', place);
    execute format('grant select on %s to reconciliation_rw', place);
    if bulk_table = 'ledger_transactions' then
        execute format('grant update (payment_key) on %s to reconciliation_rw', place);
    end if;
end
$$;

comment on function internal.adopt_volume is 'Makes a staged table into what can become a volume: owned by the owner, with the columns and promises of its bulk table.';

create function internal.index_volume(attempt bigint, work_table text, is_by_item boolean) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    bulk_table text := internal.bulk_table_of(work_table);
    place text := format('%I.%I', 'work_' || attempt, work_table);
    wanted record;
    volume bigint;
begin
    if bulk_table is null or not internal.is_adopted(place) then
        return;
    end if;
    execute format('select volume from %s limit 1', place) into volume;
    set local maintenance_work_mem = '256MB';
    -- It works beside another session, which has the other core.
    set local max_parallel_maintenance_workers = 0;
    for wanted in
        select
            pg_get_indexdef(indexrelid) as definition,
            row_number() over (order by indexrelid) as number
        from pg_index
        where indrelid = format('internal.%I', bulk_table)::regclass
        order by indexrelid
    loop
        -- The run has no number yet; what is told by it is built when the table is attached.
        continue when wanted.definition ~ '\mfirst_run_number\M';
        continue when is_by_item and wanted.definition !~ '\(item_id, volume\)';
        execute regexp_replace(
            wanted.definition,
            'INDEX \S+ ON (ONLY )?\S+',
            format(
                'INDEX IF NOT EXISTS %I ON %s',
                bulk_table || '_' || volume || '_' || wanted.number,
                place
            )
        );
    end loop;
end
$$;

comment on function internal.index_volume is 'Gives an adopted table the indexes of its bulk table, or the one by the number of its rows alone; nothing where it has them already.';

create function internal.discard_volume(attempt bigint, work_table text) returns void
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    if internal.bulk_table_of(work_table) is null then
        raise exception '% is no staged table', work_table;
    end if;
    execute format('drop table if exists %I.%I cascade', 'work_' || attempt, work_table);
end
$$;

comment on function internal.discard_volume is 'Drops a staged table of an attempt, whether it was adopted or not.';

create function internal.attach_volume(attempt bigint, work_table text, run bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    bulk_table text := internal.bulk_table_of(work_table);
    place text := format('%I.%I', 'work_' || attempt, work_table);
    column_name text;
    account integer := (
        select account_id from internal.attempts where attempt_id = attempt
    );
    volume bigint;
    partition text;
begin
    if bulk_table is null or not internal.is_adopted(place)
        or not (select relhasindex from pg_class where oid = to_regclass(place))
    then
        return null;
    end if;
    execute format('select volume from %s limit 1', place) into volume;
    if bulk_table <> 'match_members_ledger_statement' then
        execute format('select account_id from %s limit 1', place) into account;
    end if;
    -- A run that is out brings nothing more, and no run brings rows of another account.
    if not exists (
        select from internal.runs
        inner join internal.attempts on runs.attempt_id = attempts.attempt_id
        where
            runs.run_number = run
            and runs.attempt_id = attempt
            and runs.account_id = account
            and runs.is_published
            and runs.xmin = pg_current_xact_id()::xid
            and attempts.state = 'chosen'
    ) then
        raise exception 'run % of attempt % is not being published for account %', run, attempt, account;
    end if;
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
    partition := format('%s_%s_%s', bulk_table, to_char(now() at time zone 'UTC', 'YYYY_MM'), volume);
    execute format('alter table %s reset (autovacuum_enabled)', place);
    execute format('alter table %s rename to %I', place, partition);
    execute format('alter table %I.%I set schema internal', 'work_' || attempt, partition);
    execute format(
        'alter table internal.%I attach partition internal.%I for values in (%s)',
        bulk_table, partition, volume
    );
    execute format('revoke all on internal.%I from reconciliation_rw', partition);
    return volume;
end
$$;

comment on function internal.attach_volume is 'An adopted and indexed table becomes a partition of its bulk table, as it stands, for the run that this transaction stored: its volume, or NULL where it is none.';

revoke all on function internal.is_plain_table, internal.bulk_table_of, internal.is_adopted,
internal.adopt_volume, internal.index_volume, internal.discard_volume, internal.attach_volume
from public;
grant execute on function
internal.adopt_volume, internal.index_volume, internal.discard_volume, internal.attach_volume
to reconciliation_rw;
