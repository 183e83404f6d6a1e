-- Is one side's amount exactly a hundred times the other's?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: statement = 100 × ledger, or ledger = 100 × statement
-- Kinds:   amount_mismatch, refund_mismatch, fee_mismatch, tax_mismatch
-- Correction: compensating_entry of the difference
-- Do:      somebody takes minor for major units: look where the amount enters the ledger
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object('statement_minor', statement_minor, 'ledger_minor', ledger_minor, 'factor', 100) as evidence
from work_cause_subjects
where
    kind in ('amount_mismatch', 'refund_mismatch', 'fee_mismatch', 'tax_mismatch')
    and statement_minor <> 0
    and (statement_minor::numeric = 100::numeric * ledger_minor or ledger_minor::numeric = 100::numeric * statement_minor)
