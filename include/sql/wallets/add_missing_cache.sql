-- Which of these cached balances are missing? They are made, to be filled in the same transaction.
--
-- Grain:   no rows; adds one row per missing one. The moment says that nobody has filled it yet.
-- Binds:   objects, currencies (text[], one value per cached balance).
insert into user_balances (user_id, currency, balance_minor, cached_at)
select
    wanted.object,
    wanted.currency,
    0,
    '-infinity'
from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
order by wanted.object, wanted.currency
on conflict (user_id, currency) do nothing
