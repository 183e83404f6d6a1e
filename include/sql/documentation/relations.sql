-- Which tables and views has the warehouse, and what is each for?
--
-- Grain:   one row per table or view; partitions and workspaces are left out.
-- Binds:   none.
select
    namespaces.nspname::text as schema_name,
    relations.relname::text as relation_name,
    relations.relkind = 'v' as is_view,
    pg_catalog.obj_description(relations.oid, 'pg_class') as meaning
from pg_catalog.pg_class as relations
inner join pg_catalog.pg_namespace as namespaces
    on relations.relnamespace = namespaces.oid
where
    namespaces.nspname in ('reconciliation', 'internal')
    and relations.relkind in ('r', 'p', 'v')
    and not relations.relispartition
    -- Alembic's own, which says how far the migrations have come.
    and relations.relname <> 'schema_version'
order by namespaces.nspname desc, relations.relname
