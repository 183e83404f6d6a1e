-- Which roles stand for the company's own systems on the embedded server?
--
-- Grain:   no rows; creates what is missing and sets the settings of each role again.
-- Binds:   none. On a real server the company has its own owners and writers; only the roles of ours
--          (ledger_ro, billing_gateway_app, payouts_operator, and one per book that is checked) are to be
--          made there, with the same settings.
do $bootstrap$
declare
    wanted record;
begin
    for wanted in
        select role_name, can_login
        from (values
            ('billing_gateway_owner', false),
            ('marketplace_owner', false),
            ('marketplace_ro', true),
            ('payment_events_owner', false),
            ('payments_ledger_owner', false),
            ('payouts_owner', false),
            ('billing_gateway_app', true),
            ('billing_gateway_ro', true),
            ('ledger_ro', true),
            ('payment_events_ro', true),
            ('payouts_ro', true),
            ('payouts_operator', true),
            ('wallet_balances_operator', true),
            ('wallet_balances_owner', false),
            ('wallet_balances_ro', true),
            ('source_writer', true)
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

-- Reads the ledger, nothing else; the limits protect a source that serves payments.
alter role ledger_ro set timezone = 'UTC';
alter role ledger_ro set datestyle = 'ISO, YMD';
alter role ledger_ro set default_transaction_read_only = on;
alter role ledger_ro set statement_timeout = '5min';
alter role ledger_ro set lock_timeout = '10s';
alter role ledger_ro set idle_in_transaction_session_timeout = '5min';

-- Reads the marketplace's book, nothing else.
alter role marketplace_ro set timezone = 'UTC';
alter role marketplace_ro set datestyle = 'ISO, YMD';
alter role marketplace_ro set default_transaction_read_only = on;
alter role marketplace_ro set statement_timeout = '5min';
alter role marketplace_ro set lock_timeout = '10s';
alter role marketplace_ro set idle_in_transaction_session_timeout = '5min';

-- Reads the gateway and adds rows to payment_reconciliation_logs.
alter role billing_gateway_app set timezone = 'UTC';
alter role billing_gateway_app set datestyle = 'ISO, YMD';
alter role billing_gateway_app set statement_timeout = '5min';
alter role billing_gateway_app set lock_timeout = '10s';
alter role billing_gateway_app set idle_in_transaction_session_timeout = '5min';

-- Reads the gateway for its checks, nothing else.
alter role billing_gateway_ro set timezone = 'UTC';
alter role billing_gateway_ro set datestyle = 'ISO, YMD';
alter role billing_gateway_ro set default_transaction_read_only = on;
alter role billing_gateway_ro set statement_timeout = '5min';
alter role billing_gateway_ro set lock_timeout = '10s';
alter role billing_gateway_ro set idle_in_transaction_session_timeout = '5min';

-- Reads the event store of payments, nothing else.
alter role payment_events_ro set timezone = 'UTC';
alter role payment_events_ro set datestyle = 'ISO, YMD';
alter role payment_events_ro set default_transaction_read_only = on;
alter role payment_events_ro set statement_timeout = '5min';
alter role payment_events_ro set lock_timeout = '10s';
alter role payment_events_ro set idle_in_transaction_session_timeout = '5min';

-- Reads the payouts system for its checks, nothing else.
alter role payouts_ro set timezone = 'UTC';
alter role payouts_ro set datestyle = 'ISO, YMD';
alter role payouts_ro set default_transaction_read_only = on;
alter role payouts_ro set statement_timeout = '5min';
alter role payouts_ro set lock_timeout = '10s';
alter role payouts_ro set idle_in_transaction_session_timeout = '5min';

-- Adds what a provider has said, and puts a task back in the queue; each is a statement of its own.
alter role payouts_operator set timezone = 'UTC';
alter role payouts_operator set datestyle = 'ISO, YMD';
alter role payouts_operator set statement_timeout = '1min';
alter role payouts_operator set lock_timeout = '10s';
alter role payouts_operator set idle_in_transaction_session_timeout = '1min';

-- Reads the wallets' book, nothing else.
alter role wallet_balances_ro set timezone = 'UTC';
alter role wallet_balances_ro set datestyle = 'ISO, YMD';
alter role wallet_balances_ro set default_transaction_read_only = on;
alter role wallet_balances_ro set statement_timeout = '5min';
alter role wallet_balances_ro set lock_timeout = '10s';
alter role wallet_balances_ro set idle_in_transaction_session_timeout = '5min';

-- Rebuilds projections and cached balances of the wallets' book, a batch at a time; payments wait meanwhile.
alter role wallet_balances_operator set timezone = 'UTC';
alter role wallet_balances_operator set datestyle = 'ISO, YMD';
alter role wallet_balances_operator set statement_timeout = '1min';
alter role wallet_balances_operator set lock_timeout = '10s';
alter role wallet_balances_operator set idle_in_transaction_session_timeout = '1min';

alter role source_writer set timezone = 'UTC';
alter role source_writer set datestyle = 'ISO, YMD';
