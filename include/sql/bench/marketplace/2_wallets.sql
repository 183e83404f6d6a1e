-- The wallets that the benchmark's payments move money between; one of them is frozen.
--
-- Grain:   one row per wallet.
insert into wallets (id, wallet_code, wallet_type, wallet_status, frozen_at)
select
    kind || '-' || number,
    kind || '-' || number,
    upper(kind),
    case when kind = 'seller' and number = 0 then 'FROZEN' else 'ACTIVE' end,
    case when kind = 'seller' and number = 0 then timestamptz '2026-06-01 00:00:00Z' end
from (values ('buyer', 100000), ('seller', 1000), ('platform', 1)) as kinds (kind, wallets)
cross join lateral generate_series(0, wallets - 1) as numbers (number)
