-- Is one side's amount the other's, read with the decimals of another currency?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: one amount = the other × 10^k, k the currency's decimals or how far they are from two, and
--          10^k is neither 1 nor 100
-- Kinds:   amount_mismatch, refund_mismatch, fee_mismatch, tax_mismatch
-- Correction: compensating_entry of the difference
-- Do:      the decimals of this currency are not two: look where the amount is converted
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'statement_minor', subjects.statement_minor,
        'ledger_minor', subjects.ledger_minor,
        'factor', factors.factor,
        'decimals', currencies.exponent
    ) as evidence
from work_cause_subjects as subjects
inner join internal.currencies on subjects.currency = currencies.code
inner join lateral (
    select distinct (10::numeric ^ places)::bigint as factor
    from (values (currencies.exponent::integer), (abs(2 - currencies.exponent::integer))) as candidates (places)
    where places not in (0, 2)
) as factors on true
where
    subjects.kind in ('amount_mismatch', 'refund_mismatch', 'fee_mismatch', 'tax_mismatch')
    and subjects.statement_minor <> 0
    and (
        subjects.statement_minor::numeric = factors.factor::numeric * subjects.ledger_minor
        or subjects.ledger_minor::numeric = factors.factor::numeric * subjects.statement_minor
    )
