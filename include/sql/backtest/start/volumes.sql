-- Makes the partitions that the versions of rows lie in.
--
-- Reason:  a month's is the one that the runs of that month share; any other number is a large load's.
do $partitions$
declare
    bulk_table text;
    wanted bigint;
begin
    foreach bulk_table in array array['statement_lines', 'ledger_transactions', 'gateway_transactions'] loop
        for wanted in execute format('select distinct volume from history.%I', bulk_table) loop
            if wanted < 1::bigint << 32 then
                perform internal.ensure_volume(to_date(wanted::text, 'YYYYMM'));
            else
                execute format(
                    'create table internal.%I partition of internal.%I for values in (%s)',
                    bulk_table || '_' || wanted, bulk_table, wanted
                );
            end if;
        end loop;
    end loop;
end
$partitions$;
