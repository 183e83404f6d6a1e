-- What time is it by the clock that ends pauses?
--
-- Grain:   one row.
select clock_timestamp() as now
