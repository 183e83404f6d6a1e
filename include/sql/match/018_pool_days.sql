-- Between which days (in the PSP's zone) does anything lie that this run may look at?
--
-- Grain:   one row.
-- Binds:   account_id (integer), zone (text), as_of (timestamptz).
select
    least(
        timezone(%(zone)s, (select min(occurred_at) from work_ledger_changes))::date,
        timezone(%(zone)s, (
            select min(ledger_transactions.occurred_at)
            from internal.ledger_transactions
            where ledger_transactions.account_id = %(account_id)s
        ))::date,
        (select min(booked_on) from work_statement_lines),
        (select min(covers_from) from internal.statements where account_id = %(account_id)s),
        timezone(%(zone)s, (select min(read_from) from internal.deliveries where account_id = %(account_id)s))::date,
        timezone(%(zone)s, %(as_of)s)::date
    ) - 1 as first_day,
    greatest(
        timezone(%(zone)s, (select max(occurred_at) from work_ledger_changes))::date,
        timezone(%(zone)s, (
            select max(ledger_transactions.occurred_at)
            from internal.ledger_transactions
            where ledger_transactions.account_id = %(account_id)s
        ))::date,
        timezone(%(zone)s, %(as_of)s)::date
    ) + 1 as last_day;
