-- Which rows in force are no more, since a version replaces them or they are gone from the source?
--
-- Grain:   one row per statement line or ledger row in force that the staged ones change or lack.
-- Reason:  few; asked for many times. Where all ledger rows are new, none of them is looked at.
create unlogged table work_replaced_items as
select
    'statement' as side,
    old_item_id as item_id
from work_line_changes
where change in ('changed', 'withdrawn')
union all
select
    'ledger',
    old_item_id
from work_ledger_changes
where change in ('changed', 'vanished') and (select has_replaced from work_extract_summary);
