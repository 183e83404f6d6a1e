-- The discrepancies as CSV: whole minor units and major text, texts that no spreadsheet takes for a formula.
--
-- Grain:   one row per discrepancy, the largest exposure of each currency first, resolved ones last.
-- Binds:   psp, account, run_id (text), as_of_on (date, in the PSP's zone), zone (text).
copy (
    select
        discrepancy_id,
        event_id,
        %(psp)s as psp,
        %(account)s as account,
        regexp_replace(leg, '^[-=+@\t\r\n＝＋－＠]', '''\&') as leg,
        regexp_replace(aspect, '^[-=+@\t\r\n＝＋－＠]', '''\&') as aspect,
        regexp_replace(kind, '^[-=+@\t\r\n＝＋－＠]', '''\&') as kind,
        regexp_replace(change, '^[-=+@\t\r\n＝＋－＠]', '''\&') as change,
        regexp_replace(status, '^[-=+@\t\r\n＝＋－＠]', '''\&') as status,
        episode,
        regexp_replace(severity, '^[-=+@\t\r\n＝＋－＠]', '''\&') as severity,
        regexp_replace(currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        statement_minor,
        ledger_minor,
        delta_minor,
        exposure_minor,
        statement_minor * major_unit as statement_major,
        ledger_minor * major_unit as ledger_major,
        delta_minor * major_unit as delta_major,
        exposure_minor * major_unit as exposure_major,
        regexp_replace(psp_reference, '^[-=+@\t\r\n＝＋－＠]', '''\&') as psp_reference,
        regexp_replace(merchant_reference, '^[-=+@\t\r\n＝＋－＠]', '''\&') as merchant_reference,
        to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as occurred_at,
        to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as due_at,
        due_on,
        %(as_of_on)s::date - (occurred_at at time zone %(zone)s)::date as age_days,
        coalesce(first_run_id, %(run_id)s) as first_run_id,
        %(run_id)s as run_id,
        regexp_replace(explanation, '^[-=+@\t\r\n＝＋－＠]', '''\&') as explanation,
        regexp_replace(statement_file, '^[-=+@\t\r\n＝＋－＠]', '''\&') as statement_file,
        statement_row,
        regexp_replace(shown_under, '^[-=+@\t\r\n＝＋－＠]', '''\&') as shown_under
    from work_report_discrepancies
    order by position
) to stdout (format csv, header true, encoding 'UTF8')
