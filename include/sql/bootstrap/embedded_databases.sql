-- Which databases of the embedded server, beyond the warehouse's own, are still to be created, and how?
--
-- Grain:   one row per missing database: the statement that creates it.
-- Binds:   none. They stand for databases that the company has already.
select
    pg_catalog.format(
        'create database %I owner %I template template0 encoding ''UTF8'' locale_provider libc locale ''C''',
        wanted.database_name,
        wanted.owner_name
    ) as create_database
from (values
    ('billing_gateway', 'billing_gateway_owner'),
    ('marketplace', 'marketplace_owner'),
    ('payment_events', 'payment_events_owner'),
    ('payments_ledger', 'payments_ledger_owner'),
    ('payouts', 'payouts_owner'),
    ('wallet_balances', 'wallet_balances_owner')
) as wanted (database_name, owner_name)
where not exists (select from pg_catalog.pg_database where datname = wanted.database_name)
order by wanted.database_name
\gexec
