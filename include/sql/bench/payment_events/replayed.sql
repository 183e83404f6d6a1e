-- How many events and payments did a replay of the benchmark read?
--
-- Grain:   one row; every replay of one book reads the same.
select distinct
    events,
    payments
from reconciliation.payment_replays
order by events, payments
