-- What the passes ask of the right side's changes: is one not new, and from when to when are they?
--
-- Grain:   one row.
create unlogged table work_extract_summary as
select
    count(*) filter (where change <> 'new') > 0 as has_replaced,
    min(occurred_at) as first_occurred_at,
    max(occurred_at) as last_occurred_at
from work_ledger_changes;
