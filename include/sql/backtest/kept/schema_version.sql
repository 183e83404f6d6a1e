-- Which schema has this warehouse?
--
-- Grain:   one row.
-- Binds:   none.
select version_num as version from reconciliation.schema_version
