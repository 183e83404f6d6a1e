-- The orders to the provider; a fault of the key is that of the payout before.
--
-- Grain:   one row per provider payout.
insert into provider_payouts (
    id, payout_id, provider, idempotency_key, provider_reference, amount_minor, currency, status, created_at, sent_at,
    updated_at
)
select
    'order-' || reference,
    'payout-' || reference,
    'northbank',
    'key-' || case
        when fault = 'every_idempotency_key_has_one_provider_payout' then lag(reference) over (order by number)
        else reference
    end,
    'reference-' || reference,
    amount_minor,
    currency,
    status,
    begun_at,
    begun_at + interval '1 minute',
    begun_at + interval '1 hour'
from bench.orders
order by number
