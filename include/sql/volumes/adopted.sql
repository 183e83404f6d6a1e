-- Which staged tables of the workspace belong to the owner, so that they may become volumes?
--
-- Grain:   one row per table.
-- Binds:   none.
select pg_class.relname::text as table
from pg_catalog.pg_class
where
    pg_class.oid in (
        to_regclass('work_statement_lines'), to_regclass('work_ledger_versions'), to_regclass('work_members')
    )
    and pg_get_userbyid(pg_class.relowner) <> current_user
order by pg_class.relname desc;
