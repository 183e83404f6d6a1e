-- Which discrepancies does a later run show otherwise than an earlier one, and what happened to their rows?
--
-- Grain:   one row per discrepancy that was opened, closed or restated in between.
-- Binds:   account_id (integer), before, after (bigint: run numbers).
-- Reason:  what happened is read from the versions of the rows of its payment.
with

earlier as (

    select *
    from internal.discrepancy_versions
    where run_number = %(before)s and change <> 'resolved'

),

later as (

    select *
    from internal.discrepancy_versions
    where run_number = %(after)s and change <> 'resolved'

),

differing as materialized (

    select
        coalesce(later.discrepancy_id, earlier.discrepancy_id) as discrepancy_id,
        case
            when earlier.discrepancy_id is null then 'opened'
            when later.discrepancy_id is null then 'closed'
            else 'restated'
        end as change,
        earlier.kind as kind_before,
        later.kind as kind_after,
        coalesce(later.currency, earlier.currency) as currency,
        earlier.delta_minor as delta_before_minor,
        later.delta_minor as delta_after_minor,
        earlier.exposure_minor as exposure_before_minor,
        later.exposure_minor as exposure_after_minor,
        coalesce(later.psp_reference, earlier.psp_reference) as psp_reference,
        coalesce(later.payment_key, earlier.payment_key) as payment_key,
        coalesce(later.due_at, earlier.due_at) as due_at,
        coalesce(later.explanation, earlier.explanation) as explanation
    from earlier
    full outer join later on earlier.discrepancy_id = later.discrepancy_id
    where
        (
            earlier.kind, earlier.currency, earlier.delta_minor, earlier.exposure_minor
        ) is distinct from (
            later.kind, later.currency, later.delta_minor, later.exposure_minor
        )

),

payments as materialized (

    select distinct payment_key from differing
    where payment_key is not null

),

lines as (

    select
        payment_key,
        line_scope || chr(31) || line_key || chr(31) || occurrence as row_key,
        bool_or(first_run_number <= %(before)s and last_run_number between %(before)s + 1 and %(after)s) as has_ended,
        bool_or(first_run_number between %(before)s + 1 and %(after)s) as has_begun,
        bool_or(first_run_number <= %(before)s) as was_known,
        min(first_run_number) as brought_by,
        min(booked_at) as dated_at
    from internal.statement_lines
    where
        account_id = %(account_id)s
        and first_run_number <= %(after)s
        and hashtextextended(payment_key, 0) in (select hashtextextended(payment_key, 0) from payments)
        and payment_key in (select payment_key from payments)
    group by payment_key, row_key

),

entries as (

    select
        payment_key,
        ledger_id as row_key,
        bool_or(first_run_number <= %(before)s and last_run_number between %(before)s + 1 and %(after)s) as has_ended,
        bool_or(first_run_number between %(before)s + 1 and %(after)s) as has_begun,
        bool_or(first_run_number <= %(before)s) as was_known
    from internal.ledger_transactions
    where
        account_id = %(account_id)s
        and first_run_number <= %(after)s
        and hashtextextended(payment_key, 0) in (select hashtextextended(payment_key, 0) from payments)
        and payment_key in (select payment_key from payments)
    group by payment_key, row_key

),

of_lines as (

    select
        lines.payment_key,
        bool_or(lines.has_ended and lines.has_begun) as has_amended_line,
        bool_or(lines.has_ended and not lines.has_begun) as has_withdrawn_line,
        bool_or(not lines.was_known and lines.dated_at < runs.window_start) as has_late_line,
        bool_or(not lines.was_known and lines.dated_at >= runs.window_start) as has_new_line
    from lines
    inner join internal.runs on lines.brought_by = runs.run_number
    group by lines.payment_key

),

of_entries as (

    select
        payment_key,
        bool_or(has_ended and has_begun) as has_changed_entry,
        bool_or(has_ended and not has_begun) as has_vanished_entry,
        bool_or(not was_known) as has_new_entry
    from entries
    group by payment_key

)

select
    differing.discrepancy_id,
    differing.change,
    differing.kind_before,
    differing.kind_after,
    differing.currency,
    differing.delta_before_minor,
    differing.delta_after_minor,
    differing.exposure_before_minor,
    differing.exposure_after_minor,
    differing.psp_reference,
    differing.due_at,
    differing.explanation,
    coalesce(of_lines.has_amended_line, false) as has_amended_line,
    coalesce(of_lines.has_withdrawn_line, false) as has_withdrawn_line,
    coalesce(of_lines.has_late_line, false) as has_late_line,
    coalesce(of_lines.has_new_line, false) as has_new_line,
    coalesce(of_entries.has_changed_entry, false) as has_changed_entry,
    coalesce(of_entries.has_vanished_entry, false) as has_vanished_entry,
    coalesce(of_entries.has_new_entry, false) as has_new_entry
from differing
left join of_lines on differing.payment_key = of_lines.payment_key
left join of_entries on differing.payment_key = of_entries.payment_key
order by differing.change, differing.currency nulls first, differing.discrepancy_id
