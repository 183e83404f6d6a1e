-- The benchmark's payments, all captured but for a fault.
--
-- Grain:   one row per payment.
insert into payments (
    id, order_id, lifecycle, payment_method, amount_minor, currency, initiated_at, captured_at, updated_at
)
select
    'payment-' || reference,
    'purchase-' || number,
    case when fault = 'only_captured_payments_have_entries' then 'CANCELLED' else 'CAPTURED' end,
    'PREPAID',
    amount_minor,
    currency,
    begun_at,
    case when fault is distinct from 'only_captured_payments_have_entries' then begun_at + interval '5 minutes' end,
    begun_at + interval '5 minutes'
from bench.sales
order by number
