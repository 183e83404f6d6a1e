-- Up to where are findings, matches of groups and loads numbered?
--
-- Grain:   one row per sequence.
-- Binds:   none.
select
    sequencename as name,
    coalesce(last_value, 1) as last_value
from pg_catalog.pg_sequences
where schemaname = 'internal' and sequencename in ('item_ids', 'load_ids')
order by sequencename
