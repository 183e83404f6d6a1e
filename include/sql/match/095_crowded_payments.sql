-- Which payments are more than one plain pair of an economic type?
--
-- Grain:   one row per hash of such a payment and economic type.
-- Reason:  two payments with one hash are only decided by the passes, with the same outcome.
create unlogged table work_crowded_payments as
select group_hash
from work_paired_rows
where group_hash is not null
group by group_hash
having count(*) > 1;
