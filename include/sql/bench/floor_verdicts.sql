-- The floor, step 6: what did the join say, in the order of its key? FROZEN: docs/benchmarks.md.
--
-- Grain:   one row per input row of either side.
select
    row_key,
    reference,
    statement_minor,
    ledger_minor,
    verdict
from floor.verdicts
order by row_key
