-- Which roles does the warehouse need on its server?
--
-- Grain:   no rows; creates what is missing and sets the settings of each role again.
-- Binds:   none. Run by somebody who may create roles (a DBA: `psql -f roles.sql`), as often as wanted.
--          Roles belong to the whole server, so migrations only grant. Set passwords afterwards, where
--          the server asks for them: `alter role reconciliation_rw password '...'`.
do $bootstrap$
declare
    wanted record;
begin
    for wanted in
        select role_name, can_login
        from (values
            ('reconciliation_owner', false),
            ('reconciliation_migrator', true),
            ('reconciliation_rw', true),
            ('reconciliation_approver', true),
            ('reconciliation_ro', true),
            ('airflow', true)
        ) as roles (role_name, can_login)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted.role_name) then
            execute pg_catalog.format(
                'create role %I %s', wanted.role_name, case when wanted.can_login then 'login' else 'nologin' end
            );
        end if;
    end loop;
end
$bootstrap$;

grant reconciliation_owner to reconciliation_migrator;
-- So that the owner may take over a staged table which becomes a partition.
grant reconciliation_rw to reconciliation_owner;

-- Every session: UTC, ISO dates, the warehouse's schema first.
alter role reconciliation_migrator set timezone = 'UTC';
alter role reconciliation_migrator set datestyle = 'ISO, YMD';
alter role reconciliation_migrator set search_path = reconciliation;
-- A migration that waits behind a long query makes everybody wait behind itself.
alter role reconciliation_migrator set lock_timeout = '30s';
alter role reconciliation_migrator set idle_in_transaction_session_timeout = '5min';

alter role reconciliation_rw set timezone = 'UTC';
alter role reconciliation_rw set datestyle = 'ISO, YMD';
alter role reconciliation_rw set search_path = reconciliation;
-- The largest statement clears ten million lines in under a minute on two cores.
alter role reconciliation_rw set statement_timeout = '30min';
-- Covers the advisory lock too: a second copy of a run waits while the first one publishes.
alter role reconciliation_rw set lock_timeout = '5min';
alter role reconciliation_rw set idle_in_transaction_session_timeout = '5min';
-- Without it the server finishes and commits the statement of a killed client.
alter role reconciliation_rw set client_connection_check_interval = '500ms';

-- Writes down who approved what, and nothing else.
alter role reconciliation_approver set timezone = 'UTC';
alter role reconciliation_approver set datestyle = 'ISO, YMD';
alter role reconciliation_approver set search_path = reconciliation;
alter role reconciliation_approver set statement_timeout = '1min';
alter role reconciliation_approver set lock_timeout = '10s';
alter role reconciliation_approver set idle_in_transaction_session_timeout = '1min';

alter role reconciliation_ro set timezone = 'UTC';
alter role reconciliation_ro set datestyle = 'ISO, YMD';
alter role reconciliation_ro set search_path = reconciliation;
alter role reconciliation_ro set default_transaction_read_only = on;
-- A finance tool left open must hold back neither a publication nor vacuum.
alter role reconciliation_ro set statement_timeout = '5min';
alter role reconciliation_ro set lock_timeout = '10s';
alter role reconciliation_ro set idle_in_transaction_session_timeout = '1min';
