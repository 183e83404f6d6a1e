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
            ('payment_events_owner', false),
            ('payments_ledger_owner', false),
            ('payouts_owner', false),
            ('wallet_balances_owner', false),
            ('billing_gateway_app', true),
            ('billing_gateway_ro', true),
            ('ledger_ro', true),
            ('marketplace_ro', true),
            ('payment_events_ro', true),
            ('payouts_operator', true),
            ('payouts_ro', true),
            ('source_writer', true),
            ('wallet_balances_operator', true),
            ('wallet_balances_ro', true)
        ) as roles (role_name, can_login)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted.role_name) then
            execute pg_catalog.format(
                'create role %I %s', wanted.role_name, case when wanted.can_login then 'login' else 'nologin' end
            );
        end if;
        if wanted.can_login then
            execute pg_catalog.format('alter role %I set timezone = %L', wanted.role_name, 'UTC');
            execute pg_catalog.format('alter role %I set datestyle = ''ISO, YMD''', wanted.role_name);
        end if;
    end loop;

    -- What each may take of a source that serves payments; who only reads can't write by mistake.
    for wanted in
        select role_name, only_reads, span
        from (values
            ('billing_gateway_ro', true, '5min'),
            ('ledger_ro', true, '5min'),
            ('marketplace_ro', true, '5min'),
            ('payment_events_ro', true, '5min'),
            ('payouts_ro', true, '5min'),
            ('wallet_balances_ro', true, '5min'),
            -- Reads the gateway and adds rows to payment_reconciliation_logs.
            ('billing_gateway_app', false, '5min'),
            -- Adds what a provider has said, and puts a task back in the queue.
            ('payouts_operator', false, '1min'),
            -- Rebuilds projections and cached balances, a batch at a time; payments wait meanwhile.
            ('wallet_balances_operator', false, '1min')
        ) as limits (role_name, only_reads, span)
    loop
        if wanted.only_reads then
            execute pg_catalog.format('alter role %I set default_transaction_read_only = on', wanted.role_name);
        end if;
        execute pg_catalog.format('alter role %I set statement_timeout = %L', wanted.role_name, wanted.span);
        execute pg_catalog.format('alter role %I set lock_timeout = %L', wanted.role_name, '10s');
        execute pg_catalog.format(
            'alter role %I set idle_in_transaction_session_timeout = %L', wanted.role_name, wanted.span
        );
    end loop;
end
$bootstrap$;
