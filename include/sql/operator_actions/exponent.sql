-- How many decimals has a currency?
--
-- Grain:   one row, or none for a currency that nobody knows.
-- Binds:   currency (text).
select exponent
from internal.currencies
where code = %(currency)s
