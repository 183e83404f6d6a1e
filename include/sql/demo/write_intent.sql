-- A payment intent of the billing gateway.
--
-- Grain:   no rows; writes one intent.
-- Binds:   one value per column.
insert into public.payment_intents (
    id, provider, provider_account, provider_reference, merchant_reference, amount_minor, currency,
    status, created_at
)
values (
    %(intent_id)s, %(provider)s, %(provider_account)s, %(provider_reference)s,
    %(merchant_reference)s, %(amount_minor)s, %(currency)s, %(status)s, %(created_at)s
)
