-- Is the difference exactly the fee of the line?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: |delta| = the line's fee ≠ 0, and the ledger amount is not the line's net
-- Kinds:   amount_mismatch, refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      the ledger takes the fee off, or adds it, where it books the sale: book it apart
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'delta_minor', delta_minor,
        'fee_minor', line_fee_minor,
        'statement_minor', statement_minor,
        'ledger_minor', ledger_minor
    ) as evidence
from work_cause_subjects
where
    kind in ('amount_mismatch', 'refund_mismatch')
    and line_net_currency = currency
    and line_fee_minor <> 0
    and abs(delta_minor) = abs(line_fee_minor)
    and ledger_minor is distinct from line_net_minor
