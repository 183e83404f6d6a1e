-- The benchmark's payouts.
--
-- Grain:   one row per payout.
insert into payouts (id, payee_reference, amount_minor, currency, status, created_at, updated_at)
select
    'payout-' || reference,
    'payee-' || number %% 1000,
    amount_minor,
    currency,
    case status when 'SUCCEEDED' then 'PAID' when 'SENT' then 'PROCESSING' else status end,
    begun_at,
    begun_at + interval '1 hour'
from bench.orders
order by number
