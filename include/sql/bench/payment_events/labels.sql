-- Which payments of the benchmark are not what their events say?
--
-- Grain:   one row per payment.
select
    payment_id,
    outcome
from bench.labels
order by payment_id
