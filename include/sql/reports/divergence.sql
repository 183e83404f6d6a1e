-- How much money is at risk at this account, each event counted once at its largest exposure?
--
-- Grain:   one row per currency.
-- Binds:   none; reads the workspace.
with

events as (

    select
        currency,
        event_id,
        max(exposure_minor) filter (where status = 'open') as open_minor,
        max(exposure_minor) filter (where status = 'accepted') as accepted_minor,
        bool_or(status = 'open') as is_open
    from work_discrepancies
    where change <> 'resolved' and status <> 'closed' and currency is not null
    group by currency, event_id

)

select
    currency,
    count(*) filter (where is_open) as events,
    coalesce(sum(open_minor), 0)::bigint as exposure_minor,
    coalesce(sum(accepted_minor), 0)::bigint as accepted_minor
from events
group by currency
order by currency
