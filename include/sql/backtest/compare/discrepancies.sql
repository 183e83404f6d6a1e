-- Which discrepancies does the last run of the span show otherwise under the other rules?
--
-- Grain:   one row per discrepancy that is newly open, no longer open, or restated.
-- Binds:   account_id (integer), last_run_number (bigint).
with

before as (

    select *
    from history.discrepancy_versions
    where account_id = %(account_id)s and run_number = %(last_run_number)s and change <> 'resolved'

),

after as (

    select *
    from internal.discrepancy_versions
    where account_id = %(account_id)s and run_number = %(last_run_number)s and change <> 'resolved'

)

select
    coalesce(after.discrepancy_id, before.discrepancy_id) as discrepancy_id,
    coalesce(after.leg, before.leg) as leg,
    case
        when before.discrepancy_id is null then 'opened'
        when after.discrepancy_id is null then 'closed'
        else 'restated'
    end as change,
    before.kind as kind_before,
    after.kind as kind_after,
    coalesce(after.currency, before.currency) as currency,
    before.delta_minor as delta_before_minor,
    after.delta_minor as delta_after_minor,
    before.exposure_minor as exposure_before_minor,
    after.exposure_minor as exposure_after_minor,
    coalesce(after.psp_reference, before.psp_reference) as psp_reference,
    coalesce(after.merchant_reference, before.merchant_reference) as merchant_reference,
    coalesce(after.due_at, before.due_at) as due_at,
    coalesce(after.explanation, before.explanation) as explanation
from before
full join after on before.discrepancy_id = after.discrepancy_id
where
    (before.kind, before.currency, before.delta_minor, before.exposure_minor)
    is distinct from (after.kind, after.currency, after.delta_minor, after.exposure_minor)
order by change, leg, currency nulls first, discrepancy_id
