-- The pending items as CSV: whole minor units and major text, texts that no spreadsheet takes for a formula.
--
-- Grain:   one row per item, the oldest first.
-- Binds:   psp, account, run_id (text), as_of_on (date, in the PSP's zone).
copy (
    select
        %(psp)s as psp,
        %(account)s as account,
        regexp_replace(leg, '^[-=+@\t\r\n＝＋－＠]', '''\&') as leg,
        regexp_replace(side, '^[-=+@\t\r\n＝＋－＠]', '''\&') as side,
        regexp_replace(reason, '^[-=+@\t\r\n＝＋－＠]', '''\&') as reason,
        is_counted::text as is_counted,
        regexp_replace(type, '^[-=+@\t\r\n＝＋－＠]', '''\&') as type,
        regexp_replace(provider_type, '^[-=+@\t\r\n＝＋－＠]', '''\&') as provider_type,
        regexp_replace(status, '^[-=+@\t\r\n＝＋－＠]', '''\&') as ledger_status,
        regexp_replace(currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        amount_minor,
        amount_minor * major_unit as amount_major,
        to_char(dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as occurred_at,
        dated_on as occurred_on,
        to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as due_at,
        due_on,
        %(as_of_on)s::date - dated_on as age_days,
        regexp_replace(psp_reference, '^[-=+@\t\r\n＝＋－＠]', '''\&') as psp_reference,
        regexp_replace(event_reference, '^[-=+@\t\r\n＝＋－＠]', '''\&') as event_reference,
        regexp_replace(merchant_reference, '^[-=+@\t\r\n＝＋－＠]', '''\&') as merchant_reference,
        regexp_replace(ledger_id, '^[-=+@\t\r\n＝＋－＠]', '''\&') as ledger_id,
        regexp_replace(statement_file, '^[-=+@\t\r\n＝＋－＠]', '''\&') as statement_file,
        statement_row,
        coalesce(first_run_id, %(run_id)s) as first_run_id
    from work_report_pending
    order by dated_at, leg, side, ledger_id, line_scope, line_key, occurrence
) to stdout (format csv, header true, encoding 'UTF8')
