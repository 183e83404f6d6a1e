-- What is wrong with the benchmark's book?
--
-- Grain:   one row per row that a check must return.
select
    check_name,
    object,
    currency,
    amount_minor
from bench.labels
order by check_name, object, currency
