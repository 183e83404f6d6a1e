-- After a crash PostgreSQL empties unlogged tables: a workspace that was emptied must not pass for one without rows.
create or replace function internal.open_workspace(attempt bigint) returns text
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
    execute format('create unlogged table %I.work_alive as select true as is_alive', workspace);
    return workspace;
end
$$;

create function internal.is_workspace_lost(attempt bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    alive regclass := to_regclass(format('%I.work_alive', 'work_' || attempt));
    is_lost boolean := false;
begin
    if alive is not null then
        execute format('select not exists (select from %s)', alive) into is_lost;
    end if;
    return is_lost;
end
$$;

comment on function internal.is_workspace_lost is 'Whether a crash has emptied the workspace of an attempt: the row that it was opened with is gone.';

create function internal.restore_workspace(attempt bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
begin
    if not internal.is_workspace_lost(attempt) then
        return false;
    end if;
    -- The two branches of an attempt may both come upon it.
    perform pg_advisory_xact_lock(hashtextextended('reconciliation lost workspace ' || attempt::text, 0));
    if internal.is_workspace_lost(attempt) then
        perform internal.open_workspace(attempt);
    end if;
    return true;
end
$$;

comment on function internal.restore_workspace is 'Opens the workspace of an attempt anew where a crash has emptied it: each step then makes again what it misses.';

revoke all on function internal.is_workspace_lost, internal.restore_workspace from public;
grant execute on function internal.restore_workspace to reconciliation_rw;
