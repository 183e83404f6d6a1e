-- Is one reference padded with fillers behind?
--
-- Grain:   one row per reference.
-- Binds:   none.
-- Formula: equal without zeros, stars, dashes, dots, hashes and underscores at the end
-- Kinds:   missing_in_ledger, chargeback_not_in_ledger, reversed_after_settlement, missing_in_statement
-- Correction: relink
-- Do:      cut the filler where the fixed-length file is read
select
    discrepancy_id,
    field,
    nullif(rtrim(reference, '0*-.#_'), '') as form,
    true as is_whole
from work_cause_references
