-- What has been reported, by kind and discrepancy, as it stood when it was last open?
--
-- Grain:   one row per discrepancy_id and kind, over the published runs of all chains.
with

open_versions as (

    select
        history.*,
        row_number() over (
            partition by history.discrepancy_id, history.kind
            order by runs.as_of desc, runs.published_at desc
        ) as place
    from reconciliation.discrepancy_history as history
    inner join reconciliation.runs on history.run_id = runs.run_id
    where runs.is_published and history.change <> 'resolved'

)

select
    open_versions.discrepancy_id,
    open_versions.event_id,
    open_versions.psp,
    open_versions.account,
    open_versions.leg,
    open_versions.aspect,
    open_versions.kind,
    open_versions.currency,
    open_versions.delta_minor,
    open_versions.exposure_minor,
    open_versions.psp_reference,
    exists (
        select from reconciliation.discrepancies as current_rows
        where
            current_rows.discrepancy_id = open_versions.discrepancy_id
            and current_rows.kind = open_versions.kind
            and current_rows.change <> 'resolved'
    ) as is_open
from open_versions
where open_versions.place = 1
order by open_versions.discrepancy_id, open_versions.kind
