-- Entries that the ledger has not posted stand on its side, each told in one discrepancy.
--
-- Grain:   one row per currency, in work_corrections_side.
-- Binds:   none.
create unlogged table work_corrections_side as
select
    currency,
    sum(amount_minor)::bigint as corrections_minor
from work_correction_states
where state in ('waiting', 'not_posted')
group by currency;
