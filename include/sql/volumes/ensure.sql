-- Which volume do the runs of this month share?
--
-- Grain:   one row: the month, by UTC, and its volume, which is made where it is missing.
-- Binds:   none.
select
    this_month.month,
    internal.ensure_volume(this_month.month) as volume
from (select date_trunc('month', now() at time zone 'UTC')::date as month) as this_month;
