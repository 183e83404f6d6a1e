-- Which indexes has the benchmark's book, but those of its keys?
--
-- Grain:   one row per index, with the statement that makes it.
select
    format('%I.%I', listed.schemaname, listed.indexname) as index_name,
    listed.indexdef as statement
from pg_catalog.pg_indexes as listed
where
    listed.schemaname not in ('pg_catalog', 'pg_toast', 'information_schema')
    and not exists (
        select
        from pg_catalog.pg_constraint
        where
            pg_constraint.conindid = format('%I.%I', listed.schemaname, listed.indexname)::regclass
            and pg_constraint.contype in ('p', 'u', 'x')
    )
order by index_name
