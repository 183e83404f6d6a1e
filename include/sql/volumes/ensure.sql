-- Which volume do the runs of this month share?
--
-- Grain:   one row: the volume of the month, by UTC, which is made where it is missing.
-- Binds:   none.
select internal.ensure_volume(date_trunc('month', now() at time zone 'UTC')::date) as volume;
