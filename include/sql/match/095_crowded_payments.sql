-- Which payments are more than one plain pair of an economic type?
--
-- Grain:   one row per hash of such a payment and economic type.
-- Reason:  two payments with one hash are only decided by the passes, with the same outcome. Sorting so
--          many different numbers costs a third of what a table of them does.
create unlogged table work_crowded_payments as
select group_hash
from (
    select group_hash
    from work_paired_rows
    where group_hash is not null
    order by group_hash
    offset '0'::bigint
) as hashes
group by group_hash
having count(*) > 1;
