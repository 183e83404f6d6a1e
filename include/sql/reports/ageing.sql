-- How old is what is open, in days up to the as-of?
--
-- Grain:   one row per list (open discrepancies by exposure, pending of either side by amount) and currency.
-- Reason:  an event ages under the first leg that it breaks; what waits on a leg of the gateway waits
--          in the ledger or on the statement too.
-- Binds:   as_of_on (date, in the PSP's zone), zone (text, of the IANA list).
with

open_rows as (

    select
        1 as position,
        'discrepancies' as list,
        currency,
        coalesce(exposure_minor, 0) as amount_minor,
        %(as_of_on)s::date - (coalesce(occurred_at, due_at) at time zone %(zone)s)::date as age_days
    from work_discrepancies
    where change <> 'resolved' and currency is not null and leg = shown_under
    union all
    select
        case work_open_items.side when 'statement' then 2 else 3 end,
        'pending ' || work_open_items.side,
        work_open_items.currency,
        work_open_items.amount_minor,
        %(as_of_on)s::date - work_items.dated_on
    from work_open_items
    inner join work_items
        on work_open_items.side = work_items.side and work_open_items.item_id = work_items.item_id
    where work_open_items.bucket = 'pending' and work_open_items.leg = 'ledger_statement'

)

select
    list,
    currency,
    count(*) filter (where age_days is null or age_days <= 1) as day_1_rows,
    coalesce(sum(amount_minor) filter (where age_days is null or age_days <= 1), 0)::bigint as day_1_minor,
    count(*) filter (where age_days between 2 and 7) as day_7_rows,
    coalesce(sum(amount_minor) filter (where age_days between 2 and 7), 0)::bigint as day_7_minor,
    count(*) filter (where age_days between 8 and 30) as day_30_rows,
    coalesce(sum(amount_minor) filter (where age_days between 8 and 30), 0)::bigint as day_30_minor,
    count(*) filter (where age_days > 30) as older_rows,
    coalesce(sum(amount_minor) filter (where age_days > 30), 0)::bigint as older_minor,
    count(*) as all_rows,
    sum(amount_minor)::bigint as all_minor
from open_rows
group by position, list, currency
order by position, currency
