-- Has one reference lost its leading zeros?
--
-- Grain:   one row per reference.
-- Binds:   none.
-- Formula: equal without leading zeros, digits and letters both
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      keep references as text: a number or a spreadsheet drops zeros
select
    discrepancy_id,
    field,
    nullif(ltrim(reference, '0'), '') as form,
    true as is_whole
from work_cause_references
