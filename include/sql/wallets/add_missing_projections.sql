-- Which of these projections are missing? They are made, to be filled in the same transaction.
--
-- Grain:   no rows; adds one row per missing one. The moment says that nobody has filled it yet.
-- Binds:   objects, currencies (text[], one value per projection).
insert into wallet_balances (wallet_id, currency, balance_minor, last_updated)
select
    wanted.object,
    wanted.currency,
    0,
    '-infinity'
from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
order by wanted.object, wanted.currency
on conflict (wallet_id, currency) do nothing
