-- Do the two references differ in upper and lower case alone?
--
-- Grain:   one row per reference.
-- Binds:   none.
-- Formula: equal in lower case
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      compare and keep references in the PSP's letters
select
    discrepancy_id,
    field,
    lower(reference) as form,
    true as is_whole
from work_cause_references
