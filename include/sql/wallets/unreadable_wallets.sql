-- Which of these wallets have a ledger row without amount or currency, so that nobody knows their balance?
--
-- Grain:   one row per wallet.
-- Binds:   wallet_ids (text[]).
select distinct wallet_id
from transactions
where wallet_id = any(%(wallet_ids)s) and (amount_minor is null or currency is null)
order by wallet_id
