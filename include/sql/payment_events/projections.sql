-- Which state has the payments' own system stored?
--
-- Grain:   one row per payment that has a projection.
-- Binds:   payment_ids (text[]).
select
    payment_id,
    state,
    sequence_number,
    state_sha256
from payments.projections
where payment_id = any(%(payment_ids)s)
order by payment_id
