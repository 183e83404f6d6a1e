-- Which balances has this run rebuilt so far, and what were they?
--
-- Grain:   one row per projection or cached balance, in the order in which they were rebuilt.
-- Binds:   run_id (text).
select
    case relation when 'wallet_balances' then 'projections' else 'cache' end as relation,
    object,
    currency,
    before_minor,
    after_minor,
    ledger_rows
from balance_repairs
where run_id = %(run_id)s
order by repair_id
