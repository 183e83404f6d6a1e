-- Do the two references differ in how Unicode writes the same characters?
--
-- Grain:   one row per reference.
-- Binds:   none.
-- Formula: equal in the normal form NFKC
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      normalise where the reference enters the company
select
    discrepancy_id,
    field,
    normalize(reference, nfkc) as form,
    true as is_whole
from work_cause_references
