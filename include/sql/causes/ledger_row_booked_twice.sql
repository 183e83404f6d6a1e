-- Did the ledger book one and the same event twice, as when a webhook is delivered twice?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: another ledger row of the event has the same type, amount, currency, fee, tax and instant
-- Kinds:   duplicate_in_ledger
-- Correction: compensating_entry of the difference
-- Do:      book once per event reference, however often the PSP's message comes
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'amount_minor', subjects.ledger_minor,
        'ledger_id', subjects.entry_ledger_id,
        'occurred_at', to_char(subjects.entry_dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'rows_alike', twins.alike
    ) as evidence
from work_cause_subjects as subjects
inner join (
    select
        payment_key,
        economic_type,
        event_reference,
        type,
        amount_minor,
        currency,
        fee_minor,
        tax_minor,
        dated_at,
        count(*) as alike
    from work_hard
    where side = 'ledger'
    group by payment_key, economic_type, event_reference, type, amount_minor, currency, fee_minor, tax_minor, dated_at
) as twins
    on
        subjects.payment_key = twins.payment_key
        and subjects.economic_type = twins.economic_type
        and subjects.entry_type = twins.type
        and subjects.ledger_minor = twins.amount_minor
        and subjects.currency = twins.currency
        and subjects.entry_dated_at = twins.dated_at
where
    subjects.kind = 'duplicate_in_ledger'
    and twins.alike > 1
    and subjects.event_reference is not distinct from twins.event_reference
    and subjects.entry_fee_minor is not distinct from twins.fee_minor
    and subjects.entry_tax_minor is not distinct from twins.tax_minor
