-- What was the rail asked about a payment, and when did it answer?
--
-- Grain:   one row per request.
-- Binds:   payment_id (text).
select
    request_id,
    attempt_id,
    requested_at,
    answered_at
from payments.rail_requests
where payment_id = %(payment_id)s
order by requested_at, request_id
