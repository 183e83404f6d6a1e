-- Are the rows that a report is made of still there? A crash of the server empties what is not logged.
--
-- Grain:   one row.
-- Binds:   workspace (text).
select count(*) = 10 and bool_and(pg_class.relkind = 'v' or pg_class.relpersistence = 'p') as is_complete
from pg_catalog.pg_class
inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
where
    pg_namespace.nspname = %(workspace)s
    and pg_class.relname in (
        'work_discrepancies',
        'work_open_items',
        'work_items',
        'work_staged_statements',
        'work_run_totals',
        'work_run_rolls',
        'work_run_buckets',
        'work_run_not_compared',
        'work_run_absorbed',
        'work_proof_files'
    )
