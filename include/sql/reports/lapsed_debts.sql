-- Which debts of batches did no later batch carry in?
--
-- Grain:   one row per currency, in minor units of it.
-- Binds:   none; reads the workspace.
select
    currency,
    count(*) as debts,
    sum(lapsed_minor)::bigint as lapsed_minor,
    (array_agg(batch order by lapsed_minor desc, length(batch), batch))[1] as largest_batch
from work_told_lapsed_debts
group by currency
order by currency
