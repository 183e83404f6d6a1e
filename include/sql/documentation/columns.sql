-- Which columns have the warehouse's tables and views, and what does each mean?
--
-- Grain:   one row per column, in the order in which the table has them.
-- Binds:   none.
select
    namespaces.nspname::text as schema_name,
    relations.relname::text as relation_name,
    columns.attname::text as column_name,
    pg_catalog.format_type(columns.atttypid, columns.atttypmod) as type_name,
    columns.attnotnull as is_required,
    pg_catalog.col_description(relations.oid, columns.attnum) as meaning
from pg_catalog.pg_attribute as columns
inner join pg_catalog.pg_class as relations
    on columns.attrelid = relations.oid
inner join pg_catalog.pg_namespace as namespaces
    on relations.relnamespace = namespaces.oid
where
    namespaces.nspname in ('reconciliation', 'internal')
    and relations.relkind in ('r', 'p', 'v')
    and not relations.relispartition
    and columns.attnum > 0
    and not columns.attisdropped
order by namespaces.nspname desc, relations.relname, columns.attnum
