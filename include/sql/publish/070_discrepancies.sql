-- Stores the discrepancies as this run leaves them.
--
-- Binds:   run_number (bigint).
insert into internal.discrepancy_versions (
    run_number, discrepancy_id, event_id, account_id, leg, aspect, kind, change, status, episode,
    severity, currency, statement_minor, ledger_minor, delta_minor, exposure_minor, psp_reference,
    merchant_reference, occurred_at, due_at, due_on, first_run_id, explanation, statement_file,
    statement_row, payment_key, shown_under
)
select
    %(run_number)s,
    discrepancy_id,
    event_id,
    account_id,
    leg,
    aspect,
    kind,
    change,
    status,
    episode,
    severity,
    currency,
    statement_minor,
    ledger_minor,
    delta_minor,
    exposure_minor,
    psp_reference,
    merchant_reference,
    occurred_at,
    due_at,
    due_on,
    first_run_id,
    explanation,
    statement_file,
    statement_row,
    payment_key,
    shown_under
from work_discrepancies;
