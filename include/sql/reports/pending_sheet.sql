-- The pending items, as the workbook shows them: texts as they came, moments as they are.
--
-- Grain:   one row per item, what is due first first.
-- Binds:   run_id (text), as_of_on (date, in the PSP's zone), rows_max (bigint).
select
    side,
    reason,
    is_counted,
    type,
    currency,
    amount_minor,
    amount_minor as amount_whole,
    due_on,
    %(as_of_on)s::date - dated_on as age_days,
    psp_reference,
    event_reference,
    merchant_reference,
    dated_at,
    ledger_id,
    statement_file,
    statement_row,
    leg,
    coalesce(first_run_id, %(run_id)s) as first_run_id
from work_report_pending
order by leg, due_at nulls first, currency, side, dated_at, ledger_id, line_scope, line_key, occurrence
limit %(rows_max)s
