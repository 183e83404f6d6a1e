-- How much of the money at risk does a cause explain?
--
-- Grain:   one row per currency, over the heads of all accounts.
select
    currency,
    coalesce(sum(exposure_minor) filter (where cause is not null), 0)::bigint as explained_minor,
    sum(exposure_minor)::bigint as exposed_minor
from reconciliation.causes
where is_head
group by currency
order by currency
