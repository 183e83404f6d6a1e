-- Is a wallet of the marketplace frozen?
--
-- Grain:   one row, or none where the book has no such wallet.
-- Binds:   object_id, idempotency_key (text; not used).
select
    wallets.wallet_code,
    wallets.wallet_type,
    (extract(epoch from wallets.frozen_at) * 1000000)::bigint as frozen_microseconds,
    wallets.wallet_status as state
from wallets
where wallets.id = %(object_id)s and %(idempotency_key)s::text is not null
