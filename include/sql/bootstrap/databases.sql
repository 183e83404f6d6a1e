-- Which databases of the warehouse are still to be created, and how?
--
-- Grain:   one row per missing database: the statement that creates it.
-- Binds:   none. A DBA runs the file with psql after roles.sql: \gexec executes each row.
--          Locale C: the order of text is the same on every machine, so that files and hashes are.
select
    pg_catalog.format(
        'create database %I owner %I template template0 encoding ''UTF8'' locale_provider libc locale ''C''',
        wanted.database_name,
        wanted.owner_name
    ) as create_database
from (values
    ('airflow', 'airflow'),
    ('reconciliation', 'reconciliation_owner')
) as wanted (database_name, owner_name)
where not exists (select from pg_catalog.pg_database where datname = wanted.database_name)
order by wanted.database_name
\gexec
