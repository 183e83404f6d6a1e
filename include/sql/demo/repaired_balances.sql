-- Which balances of wallets has the reconciliation rebuilt? Runs in the wallets' own database.
--
-- Grain:   one row per balance that was rebuilt, as often as it was.
-- Binds:   none.
select
    relation,
    object,
    currency,
    before_minor,
    after_minor
from balance_repairs
order by repair_id
