-- Hands a provider's word to the payouts application; the same word about the same key is there once.
--
-- Grain:   one row, or none when it was there before.
-- Binds:   provider_payout_id, idempotency_key, status, provider_reference, currency, origin (text),
--          amount_minor (bigint).
insert into public.provider_events (
    provider_payout_id, idempotency_key, status, provider_reference, amount_minor, currency, origin
)
values (
    %(provider_payout_id)s, %(idempotency_key)s, %(status)s, %(provider_reference)s,
    %(amount_minor)s, %(currency)s, %(origin)s
)
on conflict (provider_payout_id, idempotency_key, status) do nothing
returning id
