-- How much money of the ledger does the statement lack, of events that only the ledger has?
--
-- Grain:   one row per currency, signed as the ledger signs it; none where nothing is lacking.
-- Binds:   none; reads the workspace.
select
    currency,
    -sum(delta_minor)::bigint as lacking_minor
from work_discrepancies
where
    leg = 'ledger_statement'
    and aspect = 'existence'
    and change <> 'resolved'
    and currency is not null
    and statement_minor is null
group by currency
order by currency
