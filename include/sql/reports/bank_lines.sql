-- Which lines of the bank account are payouts of this PSP account, of others, and of nobody?
--
-- Grain:   one row per currency.
-- Binds:   none; reads the workspace.
select
    bank,
    bank_account,
    currency,
    claimed_lines,
    claimed_minor,
    other_lines,
    other_minor,
    unclaimed_lines,
    unclaimed_minor
from work_told_bank_lines
order by currency
