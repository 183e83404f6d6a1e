-- Did the ledger book the whole payment as refunded, where a part of it was?
--
-- Grain:   one row per discrepancy.
-- Binds:   none.
-- Formula: the ledger's refund = − all that the statement has as captured of the payment, and the
--          statement's refund is less
-- Kinds:   refund_mismatch
-- Correction: compensating_entry of the difference
-- Do:      book the amount of the refund and not of the payment
with

captured as (

    select
        pool.payment_key,
        pool.currency,
        sum(pool.amount_minor)::bigint as captured_minor
    from work_pool_statement as pool
    inner join (
        select distinct payment_key from work_cause_subjects
        where kind = 'refund_mismatch'
    ) as refunded on pool.payment_key = refunded.payment_key
    where pool.economic_type = 'payment'
    group by pool.payment_key, pool.currency

)

select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'captured_minor', captured.captured_minor,
        'statement_minor', subjects.statement_minor,
        'ledger_minor', subjects.ledger_minor
    ) as evidence
from work_cause_subjects as subjects
inner join captured
    on
        subjects.payment_key = captured.payment_key
        and subjects.currency = captured.currency
where
    subjects.kind = 'refund_mismatch'
    and subjects.ledger_minor = -captured.captured_minor
    and subjects.statement_minor < 0
    and subjects.statement_minor > subjects.ledger_minor
