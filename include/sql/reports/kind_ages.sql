-- How old are the open discrepancies of each kind, in days up to the as-of?
--
-- Grain:   one row per kind and currency, each event under the first leg that it breaks.
-- Reason:  what has no day of its own is as old as the day on which it was due.
-- Binds:   as_of_on (date, in the PSP's zone), zone (text, of the IANA list).
with

ages as (

    select
        kind,
        currency,
        coalesce(exposure_minor, 0) as exposure_minor,
        case
            when age_days is null or age_days <= 1 then 1
            when age_days <= 7 then 2
            when age_days <= 30 then 3
            else 4
        end as bucket
    from (
        select
            kind,
            currency,
            exposure_minor,
            %(as_of_on)s::date - (coalesce(occurred_at, due_at) at time zone %(zone)s)::date as age_days
        from work_discrepancies
        where change <> 'resolved' and leg = shown_under
    ) as open_discrepancies

)

select
    kind,
    currency,
    count(*) filter (where bucket = 1) as day_1_rows,
    coalesce(sum(exposure_minor) filter (where bucket = 1), 0)::bigint as day_1_minor,
    count(*) filter (where bucket = 2) as day_7_rows,
    coalesce(sum(exposure_minor) filter (where bucket = 2), 0)::bigint as day_7_minor,
    count(*) filter (where bucket = 3) as day_30_rows,
    coalesce(sum(exposure_minor) filter (where bucket = 3), 0)::bigint as day_30_minor,
    count(*) filter (where bucket = 4) as older_rows,
    coalesce(sum(exposure_minor) filter (where bucket = 4), 0)::bigint as older_minor,
    count(*) as all_rows,
    sum(exposure_minor)::bigint as all_minor
from ages
group by kind, currency
order by currency nulls last, kind
