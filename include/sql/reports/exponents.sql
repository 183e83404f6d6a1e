-- How many decimals does each currency have?
--
-- Grain:   one row per currency.
-- Binds:   none.
select
    code,
    exponent
from internal.currencies
order by code
