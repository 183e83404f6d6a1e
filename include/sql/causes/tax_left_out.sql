-- Is the difference exactly the tax of the line, which one side leaves out?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: |delta| = the line's tax ≠ 0, of an amount (and the ledger amount is not the net) or of a
--          fee; or the whole tax, where the ledger books 0
-- Kinds:   amount_mismatch, refund_mismatch, fee_mismatch, tax_mismatch
-- Correction: compensating_entry of the difference
-- Do:      see whether the amount or the fee that the ledger takes over is with or without tax
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'delta_minor', delta_minor,
        'tax_minor', line_tax_minor,
        'statement_minor', statement_minor,
        'ledger_minor', ledger_minor
    ) as evidence
from work_cause_subjects
where
    line_net_currency = currency
    and line_tax_minor <> 0
    and abs(delta_minor) = abs(line_tax_minor)
    and (
        (kind in ('amount_mismatch', 'refund_mismatch') and ledger_minor is distinct from line_net_minor)
        or kind = 'fee_mismatch'
        or (kind = 'tax_mismatch' and ledger_minor = 0)
    )
