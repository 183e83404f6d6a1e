-- What the replay must find.
--
-- Grain:   one row per payment that has a fault.
create table bench.labels as
select
    payment_id,
    case fault when 'an unknown event' then 'not_checked' else 'different' end as outcome
from bench.payments
where fault is not null
