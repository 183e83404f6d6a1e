-- Stores every term of the identities.
--
-- Binds:   run_number (bigint).
insert into internal.run_totals (
    run_number, leg, currency, measure, statement_minor, ledger_minor, existence_minor,
    multiplicity_minor, amount_minor, fee_minor, currency_minor, state_minor,
    pending_statement_minor, pending_ledger_minor, tolerance_minor, not_expected_statement_minor,
    not_expected_ledger_minor, corrections_minor, not_comparable_minor, residual_minor
)
select
    %(run_number)s,
    leg,
    currency,
    measure,
    statement_minor,
    ledger_minor,
    existence_minor,
    multiplicity_minor,
    amount_minor,
    fee_minor,
    currency_minor,
    state_minor,
    pending_statement_minor,
    pending_ledger_minor,
    tolerance_minor,
    not_expected_statement_minor,
    not_expected_ledger_minor,
    corrections_minor,
    not_comparable_minor,
    residual_minor
from work_run_totals;
