-- Which currencies of the ledger rows that a run brought have no limits?
--
-- Grain:   one row per currency.
-- Binds:   currencies (text[]).
select currency
from work_ledger_versions
where currency <> all(%(currencies)s::text[])
group by currency
order by currency
