-- The ledger rows of payments that no line names, without those that a sum takes up.
--
-- Grain:   one row per ledger row that moves money; also those dated at or after the as-of.
create view work_unanswered_ledger_rows as
select pool.*
from work_hard_groups
inner join work_left_ledger as pool
    on
        work_hard_groups.payment_key = pool.payment_key
        and work_hard_groups.economic_type = pool.economic_type
where
    work_hard_groups.statement_rows = 0
    and pool.type <> 'unknown'
    and pool.moves_money
    and pool.item_id not in (select item_id from work_hard where side = 'ledger');
