-- A transaction of the billing gateway: an authorisation, capture, refund or chargeback.
--
-- Grain:   no rows; writes one transaction.
-- Binds:   one value per column.
insert into public.payment_transactions (
    id, intent_id, transaction_type, status, amount_minor, currency, provider_reference, created_at,
    processed_at
)
values (
    %(transaction_id)s, %(intent_id)s, %(transaction_type)s, %(status)s, %(amount_minor)s,
    %(currency)s, %(provider_reference)s, %(created_at)s, %(processed_at)s
)
