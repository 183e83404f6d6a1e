-- How does this database store and order text?
--
-- Grain:   one row.
-- Binds:   none.
select
    current_database() as database_name,
    pg_catalog.pg_encoding_to_char(pg_database.encoding) as encoding,
    pg_database.datcollate as collation_name,
    current_setting('server_version_num')::integer as server_version
from pg_catalog.pg_database
where pg_database.datname = current_database()
