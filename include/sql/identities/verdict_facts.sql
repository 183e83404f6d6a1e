-- What the verdict hangs on, apart from the identities.
--
-- Grain:   one row.
-- Binds:   psp, account (text), account_id (integer).
select
    (
        select count(*) from work_discrepancies
        where change <> 'resolved' and kind = 'statement_gap'
    )::bigint as gaps,
    (
        select count(*) from work_discrepancies
        where change <> 'resolved' and leg = shown_under
    )::bigint as discrepancies,
    (select count(*) from work_open_rows where bucket = 'pending' and leg not in ('authorisation', 'statement_payout'))::bigint as pending,
    (
        select count(*) from internal.statements
        where account_id = %(account_id)s and state = 'quarantined'
    )::bigint as refused_statements,
    (
        select count(*) from internal.alerts
        where
            name = 'reconciliation-failed-expectations'
            and state = 'open'
            and psp = %(psp)s
            and (account is null or account = %(account)s)
    )::bigint as failed_expectations;
