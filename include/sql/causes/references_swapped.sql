-- Do two payments have each other's references?
--
-- Grain:   one row per discrepancy and payment that it may be swapped with.
-- Binds:   none.
-- Formula: statement of the one = ledger of the other and the other way round, the two amounts differ;
--          one type, one currency, two payments
-- Kinds:   amount_mismatch, refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      the two entries offset each other; look where the reference is written to the ledger
select
    this.discrepancy_id,
    that.discrepancy_id as with_discrepancy_id,
    jsonb_build_object(
        'statement_minor', this.statement_minor,
        'ledger_minor', this.ledger_minor,
        'swapped_with', coalesce(that.line_psp_reference, that.line_merchant_reference)
    ) as evidence
from work_cause_subjects as this
inner join work_cause_subjects as that
    on
        this.kind = that.kind
        and this.economic_type = that.economic_type
        and this.currency = that.currency
        and this.statement_minor = that.ledger_minor
        and this.ledger_minor = that.statement_minor
where
    this.kind in ('amount_mismatch', 'refund_mismatch')
    and this.lines = 1
    and this.entries = 1
    and that.lines = 1
    and that.entries = 1
    and this.payment_key <> that.payment_key
