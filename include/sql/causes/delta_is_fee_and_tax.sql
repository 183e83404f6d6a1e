-- Is the difference exactly the fee and the tax of the line together?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: |delta| = fee + tax, both ≠ 0, and the ledger amount is not the line's net
-- Kinds:   amount_mismatch, refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      the ledger adds the costs to the sale: book them apart
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'delta_minor', delta_minor,
        'fee_minor', line_fee_minor,
        'tax_minor', line_tax_minor,
        'statement_minor', statement_minor,
        'ledger_minor', ledger_minor
    ) as evidence
from work_cause_subjects
where
    kind in ('amount_mismatch', 'refund_mismatch')
    and line_net_currency = currency
    and line_fee_minor <> 0
    and line_tax_minor <> 0
    and abs(delta_minor) = abs(line_fee_minor + line_tax_minor)
    and ledger_minor is distinct from line_net_minor
