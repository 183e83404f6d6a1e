-- What each payment is to pay.
--
-- Grain:   one row per payment.
insert into payments.intents (payment_id, idempotency_key, amount_minor, currency, created_at)
select
    payment_id,
    'key of ' || payment_id,
    amount_minor,
    currency,
    begun_at
from bench.payments
order by number
