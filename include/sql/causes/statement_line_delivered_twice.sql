-- Did the PSP deliver one and the same line twice?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: another line of the event has the same type, amount, currency, fee, tax and instant
-- Kinds:   duplicate_settlement
-- Correction: mark_as_provider_error
-- Do:      ask the PSP whether the money moved twice or the line was only sent twice
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'amount_minor', subjects.statement_minor,
        'booked_at', to_char(subjects.line_dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'lines_alike', twins.alike
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
    where side = 'statement'
    group by payment_key, economic_type, event_reference, type, amount_minor, currency, fee_minor, tax_minor, dated_at
) as twins
    on
        subjects.payment_key = twins.payment_key
        and subjects.economic_type = twins.economic_type
        and subjects.line_type = twins.type
        and subjects.statement_minor = twins.amount_minor
        and subjects.currency = twins.currency
        and subjects.line_dated_at = twins.dated_at
where
    subjects.kind = 'duplicate_settlement'
    and twins.alike > 1
    and subjects.event_reference is not distinct from twins.event_reference
    and subjects.line_fee_minor is not distinct from twins.fee_minor
    and subjects.line_tax_minor is not distinct from twins.tax_minor
