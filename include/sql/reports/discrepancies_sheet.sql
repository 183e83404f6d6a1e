-- The discrepancies, as the workbook shows them: texts as they came, moments as they are.
--
-- Grain:   one row per discrepancy, the largest exposure of each currency first, resolved ones last.
-- Binds:   run_id (text), as_of_on (date, in the PSP's zone), zone (text), rows_max (bigint).
select
    kind,
    change,
    status,
    currency,
    statement_minor,
    ledger_minor,
    delta_minor,
    exposure_minor,
    %(as_of_on)s::date - (occurred_at at time zone %(zone)s)::date as age_days,
    due_on,
    psp_reference,
    merchant_reference,
    explanation,
    delta_minor as delta_whole,
    exposure_minor as exposure_whole,
    severity,
    occurred_at,
    statement_file,
    statement_row,
    leg,
    shown_under,
    aspect,
    episode,
    coalesce(first_run_id, %(run_id)s) as first_run_id,
    event_id,
    discrepancy_id
from work_report_discrepancies
order by position
limit %(rows_max)s
