-- Is one side's amount the other's with the sign turned round?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: statement = − ledger ≠ 0
-- Kinds:   amount_mismatch, refund_mismatch, fee_mismatch, tax_mismatch
-- Correction: compensating_entry of the difference
-- Do:      see which sign the ledger's mapping gives this type
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object('statement_minor', statement_minor, 'ledger_minor', ledger_minor) as evidence
from work_cause_subjects
where
    kind in ('amount_mismatch', 'refund_mismatch', 'fee_mismatch', 'tax_mismatch')
    and statement_minor <> 0
    and statement_minor = -ledger_minor
