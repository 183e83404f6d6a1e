-- How much money is at risk at this account, each event once at its largest exposure; and how much
-- is accepted, in correction or with the PSP?
--
-- Grain:   one row per currency.
-- Binds:   none; reads the workspace.
with

events as (

    select
        currency,
        event_id,
        max(exposure_minor) filter (where status = 'open') as open_minor,
        max(exposure_minor) filter (where status <> 'open') as apart_minor,
        bool_or(status = 'open') as is_open
    from work_discrepancies
    where change <> 'resolved' and currency is not null
    group by currency, event_id

)

select
    currency,
    count(*) filter (where is_open) as events,
    coalesce(sum(open_minor), 0)::bigint as exposure_minor,
    coalesce(sum(apart_minor), 0)::bigint as apart_minor
from events
group by currency
order by currency
