-- What did the customer ask for?
--
-- Grain:   one row, or none.
-- Binds:   payment_id (text).
select
    payment_id,
    idempotency_key,
    amount_minor,
    currency,
    created_at
from payments.intents
where payment_id = %(payment_id)s
