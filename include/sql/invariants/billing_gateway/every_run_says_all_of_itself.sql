-- Which rows of the log say less than a run found, or contradict themselves?
--
-- Grain:    one row per row of the log, with the first thing that is wrong with it.
-- Binds:    none.
-- Reads:    payment_reconciliation_logs.
-- Severity: high
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       Compare it with reconciliation.runs by its run_id. The pipeline only adds rows: find out who wrote or
--           changed this one, and note the correction in the incident.
-- Asked by: runbook 004, mitigation 2 and closing (the log is what can be traced)
-- Reason:   divergence is an object of whole minor units per currency; text, fractions and single numbers would lose
--           a currency or a cent on their way.
with

problems as (

    select
        id,
        run_id,
        provider,
        account,
        window_start,
        case
            when window_start >= window_end
                then 'a window that ends after ' || window_start || ', found ' || window_end
            when matched is null or pending is null or discrepancies is null
                then 'three counts, found NULL'
            when least(matched, pending, discrepancies) < 0
                then 'counts from 0 on, found ' || least(matched, pending, discrepancies)
            when divergence is null or jsonb_typeof(divergence) <> 'object'
                then 'divergence as an object, found ' || coalesce(jsonb_typeof(divergence), 'NULL')
            when exists (
                select
                from jsonb_each(case jsonb_typeof(divergence) when 'object' then divergence else '{}' end) as part
                where
                    part.key !~ '^[A-Z]{3}$'
                    or jsonb_typeof(part.value) <> 'number'
                    or part.value::text !~ '^[0-9]+$'
            )
                then 'divergence in whole minor units per currency, found ' || divergence::text
            when verdict in ('reconciled', 'reconciled_with_pending') and discrepancies > 0
                then 'no discrepancies of a run that is ' || verdict || ', found ' || discrepancies
            when verdict = 'reconciled' and pending > 0
                then 'nothing pending of a run that is reconciled, found ' || pending
            when discrepancies = 0 and divergence <> '{}'
                then 'no divergence without discrepancies, found ' || divergence::text
            when coalesce(notes, '') !~ '^run [a-z]'
                then 'notes that say what made the run, found ' || coalesce(quote_literal(notes), 'NULL')
        end as problem
    from payment_reconciliation_logs

)

select
    run_id as object,
    null::text as currency,
    null::bigint as amount_minor,
    window_start as occurred_at,
    provider || ' ' || account || ': expected ' || problem as what
from problems
where problem is not null
order by run_id
