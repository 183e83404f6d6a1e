-- Adds what this run brings to the reserves that were held and given free, day by day.
--
-- Grain:   one row per currency and day.
-- Binds:   account_id (integer).
insert into internal.reserve_days as known (account_id, currency, booked_on, held_minor, released_minor)
select
    %(account_id)s,
    currency,
    detail::date,
    coalesce(-sum(net_minor + costs_minor) filter (where term = 'reserve_held'), 0),
    coalesce(sum(net_minor + costs_minor) filter (where term = 'reserve_released'), 0)
from work_waterfall_moves
where term in ('reserve_held', 'reserve_released')
group by currency, detail::date
on conflict (account_id, currency, booked_on) do update set
    held_minor = known.held_minor + excluded.held_minor,
    released_minor = known.released_minor + excluded.released_minor;
