-- A month's partitions are made beside those who read and write: ATTACH asks for no lock that stops them.
-- CREATE TABLE ... PARTITION OF asks for ACCESS EXCLUSIVE on the bulk table. A run that publishes first in a
-- month waited with it for a run that proves, whose own second session then waited behind it.
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
            if to_regclass(format('internal.%I', partition)) is null then
                execute format(
                    'create table internal.%I (like internal.%I including defaults including constraints including generated)',
                    partition, bulk_table
                );
                execute format(
                    'alter table internal.%I attach partition internal.%I for values in (%s)',
                    bulk_table, partition, shared_volume
                );
            end if;
        end if;
    end loop;
    return shared_volume;
end
$$;
