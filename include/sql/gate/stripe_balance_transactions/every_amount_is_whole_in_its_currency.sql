-- Amounts in hundredths of a currency that has none, with a remainder.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   divisors (jsonb): {currency: by how much its amounts are divided}.
select
    row_number,
    'amount, fee, net' as column_name,
    'multiples of ' || (%(divisors)s ->> currency) || ' in ' || currency as expected,
    concat_ws(', ', amount, fee, net) as found
from work_raw_rows
where
    amount::bigint %% (%(divisors)s ->> currency)::bigint <> 0
    or fee::bigint %% (%(divisors)s ->> currency)::bigint <> 0
    or net::bigint %% (%(divisors)s ->> currency)::bigint <> 0
order by row_number
limit 10
