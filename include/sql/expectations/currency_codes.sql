-- Which currencies are there?
--
-- Grain:   one row per ISO 4217 code.
-- Binds:   none.
select code from internal.currencies
order by code
