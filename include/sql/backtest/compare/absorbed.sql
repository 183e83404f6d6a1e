-- What do tolerances let pass at the end of the span, by one set of rules and by the other?
--
-- Grain:   one row per leg, measure and currency where anything is let pass.
-- Binds:   account_id (integer), last_run_number (bigint).
with

absorbed as (

    select
        false as is_after,
        leg,
        measure,
        currency,
        absorbed_minor,
        exposure_minor
    from history.absorbed_differences
    where
        account_id = %(account_id)s
        and (last_run_number is null or last_run_number > %(last_run_number)s)
    union all
    select
        true,
        leg,
        measure,
        currency,
        absorbed_minor,
        exposure_minor
    from internal.absorbed_differences
    where account_id = %(account_id)s and last_run_number is null

)

select
    leg,
    measure,
    currency,
    count(*) filter (where not is_after) as before_count,
    coalesce(sum(absorbed_minor) filter (where not is_after), 0)::bigint as before_minor,
    count(*) filter (where is_after) as after_count,
    coalesce(sum(absorbed_minor) filter (where is_after), 0)::bigint as after_minor
from absorbed
group by leg, measure, currency
order by leg, measure, currency
