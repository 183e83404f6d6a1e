-- Did the ledger book the net where the statement's gross is compared?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: ledger amount = the line's net = gross − fee − tax, and net ≠ gross, in one currency
-- Kinds:   amount_mismatch, refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      book gross and costs apart: the ledger takes the payout's column "net" for the sale
select
    discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'gross_minor', line_gross_minor,
        'fee_minor', line_fee_minor,
        'tax_minor', line_tax_minor,
        'net_minor', line_net_minor,
        'ledger_minor', ledger_minor
    ) as evidence
from work_cause_subjects
where
    kind in ('amount_mismatch', 'refund_mismatch')
    and line_net_currency = currency
    and line_net_minor <> line_gross_minor
    and ledger_minor = line_net_minor
