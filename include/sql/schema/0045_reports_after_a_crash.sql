-- What a report is made of is logged: the workspace of a run that is stored outlives a crash of the server.
create or replace function internal.restore_workspace(attempt bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, internal, pg_temp as $$
declare
    is_stored boolean := exists (
        select from internal.attempts where attempt_id = attempt and state in ('published', 'refused')
    );
begin
    if is_stored or not internal.is_workspace_lost(attempt) then
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

comment on function internal.restore_workspace is 'Opens the workspace of an attempt anew where a crash has emptied it: each step then makes again what it misses. Once the run is stored only its report is missing, whose tables are logged.';
