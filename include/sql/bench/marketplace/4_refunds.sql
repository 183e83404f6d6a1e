-- The refund of every fifth payment, of half of it, or of more than all.
--
-- Grain:   one row per refund.
insert into refunds (
    id, payment_id, amount_minor, currency, status, requested_at, processed_at, completed_at, updated_at
)
select
    'refund-' || reference,
    'payment-' || reference,
    case when fault = 'no_payment_is_refunded_above_its_capture' then amount_minor + 100 else amount_minor / 2 end,
    currency,
    'COMPLETED',
    begun_at + interval '1 hour',
    begun_at + interval '2 hours',
    begun_at + interval '2 hours',
    begun_at + interval '2 hours'
from bench.sales
where is_refunded
order by number
