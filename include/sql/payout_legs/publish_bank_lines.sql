-- Notes what of the bank account the run claimed and what is out of scope.
--
-- Grain:   one row per currency.
-- Binds:   run_number (bigint).
insert into internal.run_bank_lines (
    run_number, bank, bank_account, bank_run_id, currency, claimed_lines, claimed_minor, other_lines, other_minor,
    unclaimed_lines, unclaimed_minor
)
select
    %(run_number)s,
    bank,
    bank_account,
    bank_run_id,
    currency,
    claimed_lines,
    claimed_minor,
    other_lines,
    other_minor,
    unclaimed_lines,
    unclaimed_minor
from work_bank_lines;
