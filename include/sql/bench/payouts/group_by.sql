-- The floor of a look at all payouts: one bare grouping of all ledger entries. FROZEN: docs/benchmarks.md.
--
-- Grain:   one row per group and currency that does not sum to zero; no other row leaves the server.
select
    ledger_group_id,
    currency,
    sum(amount_minor) as amount_minor
from ledger_entries
group by ledger_group_id, currency
having sum(amount_minor) <> 0
