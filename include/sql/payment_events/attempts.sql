-- Which attempts at the rail does the store know of a payment?
--
-- Grain:   one row per attempt.
-- Binds:   payment_id (text).
select
    attempt_id,
    attempt_number,
    external_reference,
    created_at
from payments.attempts
where payment_id = %(payment_id)s
order by attempt_number, attempt_id
