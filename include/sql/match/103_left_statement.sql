-- The statement lines that need more than a plain pair.
--
-- Grain:   one row per loose line.
create unlogged table work_left_statement as
select
    pool.*,
    work_loose_rows.is_paired
from work_loose_rows
inner join work_pool_statement as pool on work_loose_rows.item_id = pool.item_id
where work_loose_rows.side = 'statement';
