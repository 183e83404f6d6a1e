-- Do the two references differ in white space alone?
--
-- Grain:   one row per reference.
-- Binds:   none.
-- Formula: equal without white space
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      strip white space where the reference is read, not where it is stored
select
    discrepancy_id,
    field,
    regexp_replace(reference, '\s', '', 'g') as form,
    true as is_whole
from work_cause_references
