-- Which of these balances are missing? They are made, to be filled in the same transaction.
--
-- Grain:   no rows; adds one row per missing one. The moment says that nobody has filled it yet.
-- Binds:   objects, currencies (text[], one value per balance).
-- Reason:  {balances} is the projection or the cache, with {holder} and {written_at}.
insert into {balances} ({holder}, currency, balance_minor, {written_at})
select
    wanted.object,
    wanted.currency,
    0,
    '-infinity'
from unnest(%(objects)s::text[], %(currencies)s::text[]) as wanted (object, currency)
order by wanted.object, wanted.currency
on conflict ({holder}, currency) do nothing
