-- What did each tolerance let pass, in the events that this run decided and in all matches in force?
--
-- Grain:   one row per measure and currency.
-- Binds:   account_id (integer), leg (text).
-- Reason:  what was given and what was taken are two sums: their difference alone would hide both.
create table work_run_absorbed as
select
    %(leg)s::text as leg,
    measure,
    currency,
    count(*) filter (where is_decided_now) as decided_matches,
    coalesce(sum(absorbed_minor) filter (where is_decided_now), 0)::bigint as decided_minor,
    count(*) as matches,
    coalesce(sum(absorbed_minor) filter (where absorbed_minor > 0), 0)::bigint as above_minor,
    coalesce(sum(absorbed_minor) filter (where absorbed_minor < 0), 0)::bigint as below_minor,
    sum(absorbed_minor)::bigint as absorbed_minor,
    sum(exposure_minor)::bigint as exposure_minor
from (
    select
        measure,
        currency,
        absorbed_minor,
        exposure_minor,
        true as is_decided_now
    from work_absorbed
    union all
    select
        measure,
        currency,
        absorbed_minor,
        exposure_minor,
        false
    from internal.absorbed_differences
    where
        account_id = %(account_id)s
        and leg = %(leg)s
        and last_run_number is null
        and match_id not in (select match_id from work_existing_matches)
) as absorbed
group by measure, currency;
