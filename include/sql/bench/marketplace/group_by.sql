-- The floor of a look at all of the marketplace: one bare grouping of all ledger entries. FROZEN: docs/benchmarks.md.
--
-- Grain:   one row per transaction and currency that does not sum to zero; no other row leaves the server.
select
    transaction_id,
    currency,
    sum(amount_minor) as amount_minor
from ledger_entries
group by transaction_id, currency
having sum(amount_minor) <> 0
