-- How much money was at risk at each run of the span, by one set of rules and by the other?
--
-- Grain:   one row per run and currency that has any, each event once, at its largest exposure.
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none).
with

events as (

    select
        versions.is_after,
        versions.run_number,
        versions.currency,
        versions.event_id,
        max(versions.exposure_minor) as exposure_minor
    from (
        select false as is_after, discrepancy_versions.* from history.discrepancy_versions
        union all
        select true, discrepancy_versions.* from internal.discrepancy_versions
    ) as versions
    where
        versions.account_id = %(account_id)s
        and versions.run_number > %(start_run_number)s
        and versions.status = 'open'
        and versions.change <> 'resolved'
        and versions.currency is not null
    group by versions.is_after, versions.run_number, versions.currency, versions.event_id

)

select
    run_number,
    currency,
    coalesce(sum(exposure_minor) filter (where not is_after), 0)::bigint as before_minor,
    coalesce(sum(exposure_minor) filter (where is_after), 0)::bigint as after_minor
from events
group by run_number, currency
order by currency, run_number
