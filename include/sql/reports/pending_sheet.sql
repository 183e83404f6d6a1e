-- The pending items, as the workbook shows them: texts as they came, moments as they are.
--
-- Grain:   one row per item, the oldest first.
-- Binds:   run_id (text), as_of_on (date, in the PSP's zone), rows_max (bigint).
select
    side,
    reason,
    type,
    currency,
    amount_minor,
    due_on,
    due_at,
    %(as_of_on)s::date - dated_on as age_days,
    is_counted,
    dated_at,
    psp_reference,
    event_reference,
    merchant_reference,
    ledger_id,
    amount_minor as amount_whole,
    statement_file,
    statement_row,
    leg,
    coalesce(first_run_id, %(run_id)s) as first_run_id
from work_report_pending
order by dated_at, leg, side, ledger_id, line_scope, line_key, occurrence
limit %(rows_max)s
