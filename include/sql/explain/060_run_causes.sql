-- How much of what is open does each cause explain, and how much nothing?
--
-- Grain:   one row per cause and currency; the row without a cause is the rest.
-- Binds:   leg (text).
-- Reason:  an event that breaks several legs is told on that of the causes, or where it is alone. What
--          is accepted, in correction or with the PSP has its answer already.
create table work_run_causes as
with

told as (

    select discrepancies.*
    from work_discrepancies as discrepancies
    left join (
        select distinct event_id from work_discrepancies
        where leg = %(leg)s and change <> 'resolved' and status = 'open' and currency is not null
    ) as here on discrepancies.event_id = here.event_id
    where
        discrepancies.change <> 'resolved'
        and discrepancies.status = 'open'
        and discrepancies.currency is not null
        and (
            discrepancies.leg = %(leg)s
            or (here.event_id is null and discrepancies.shown_under = discrepancies.leg)
        )

)

select
    causes.cause,
    told.currency,
    count(*) as discrepancies,
    count(*) filter (where told.change in ('new', 'reopened')) as new_discrepancies,
    coalesce(sum(told.exposure_minor), 0)::bigint as exposure_minor,
    sum(told.delta_minor)::bigint as delta_minor,
    -- What no entry can put right beside what one can: the entry is what is suggested.
    (array_agg(causes.correction order by causes.correction_minor is null, causes.correction))[1] as correction,
    sum(causes.correction_minor)::bigint as correction_minor
from told
left join work_causes as causes
    on told.discrepancy_id = causes.discrepancy_id and causes.is_claimed
group by causes.cause, told.currency;
