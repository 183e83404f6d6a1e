-- How did the discrepancies of each kind roll forward from the predecessor to this run?
--
-- Grain:   one row per kind and currency, each event under the first leg that it breaks;
--          opening + new + reopened - resolved + moved in - moved out = closing.
--          New exposure is that of what was reopened, too.
-- Binds:   predecessor_run_id (text, NULL for a first run); the rest is the workspace.
with

previous as (

    select
        discrepancy_versions.discrepancy_id,
        discrepancy_versions.kind,
        discrepancy_versions.currency,
        discrepancy_versions.exposure_minor,
        discrepancy_versions.leg = discrepancy_versions.shown_under as is_shown
    from internal.runs
    inner join internal.discrepancy_versions
        on runs.run_number = discrepancy_versions.run_number
    where
        runs.run_id = %(predecessor_run_id)s
        and discrepancy_versions.change <> 'resolved'
        -- A leg that is no more has nothing to carry on.
        and (
            discrepancy_versions.leg = 'ledger_statement'
            or discrepancy_versions.leg in (select leg from work_run_buckets)
        )

),

present as (

    select
        discrepancy_id,
        kind,
        currency,
        delta_minor,
        exposure_minor,
        change,
        leg = shown_under as is_shown
    from work_discrepancies
    where change <> 'resolved'

),

pairs as (

    select
        previous.discrepancy_id is not null as was_open,
        present.discrepancy_id is not null as is_open,
        previous.kind as previous_kind,
        previous.currency as previous_currency,
        previous.exposure_minor as previous_exposure_minor,
        present.kind as present_kind,
        present.currency as present_currency,
        present.exposure_minor as present_exposure_minor,
        present.delta_minor as present_delta_minor,
        present.change,
        previous.is_shown as was_shown,
        present.is_shown,
        (previous.kind, previous.currency, previous.is_shown)
        is distinct from (present.kind, present.currency, present.is_shown) as has_moved
    from previous
    full outer join present on previous.discrepancy_id = present.discrepancy_id

),

movements as (

    select
        previous_kind as kind,
        previous_currency as currency,
        1 as opening_rows,
        coalesce(previous_exposure_minor, 0) as opening_exposure_minor,
        0 as new_rows,
        0 as new_exposure_minor,
        0 as reopened_rows,
        case when is_open then 0 else 1 end as resolved_rows,
        case when is_open then 0 else coalesce(previous_exposure_minor, 0) end as resolved_exposure_minor,
        0 as moved_in_rows,
        case when is_open and has_moved then 1 else 0 end as moved_out_rows,
        0 as closing_rows,
        0 as closing_exposure_minor,
        0 as unknown_exposure_rows,
        0 as closing_delta_minor
    from pairs
    where was_shown
    union all
    select
        present_kind,
        present_currency,
        0,
        0,
        case when not was_open and change <> 'reopened' then 1 else 0 end,
        case when was_open then 0 else coalesce(present_exposure_minor, 0) end,
        case when not was_open and change = 'reopened' then 1 else 0 end,
        0,
        0,
        case when was_open and has_moved then 1 else 0 end,
        0,
        1,
        coalesce(present_exposure_minor, 0),
        case when present_exposure_minor is null then 1 else 0 end,
        present_delta_minor
    from pairs
    where is_shown

)

select
    kind,
    currency,
    sum(opening_rows)::bigint as opening_rows,
    sum(opening_exposure_minor)::bigint as opening_exposure_minor,
    sum(new_rows)::bigint as new_rows,
    sum(new_exposure_minor)::bigint as new_exposure_minor,
    sum(reopened_rows)::bigint as reopened_rows,
    sum(resolved_rows)::bigint as resolved_rows,
    sum(resolved_exposure_minor)::bigint as resolved_exposure_minor,
    sum(moved_in_rows)::bigint as moved_in_rows,
    sum(moved_out_rows)::bigint as moved_out_rows,
    sum(closing_rows)::bigint as closing_rows,
    sum(closing_exposure_minor)::bigint as closing_exposure_minor,
    sum(unknown_exposure_rows)::bigint as unknown_exposure_rows,
    sum(closing_delta_minor)::bigint as closing_delta_minor
from movements
group by kind, currency
order by currency nulls last, kind
