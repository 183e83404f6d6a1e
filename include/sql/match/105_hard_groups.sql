-- What is left over: payments and economic types that are not one plain pair.
--
-- Grain:   one row per payment and economic type.
create unlogged table work_hard_groups as
select
    payment_key,
    economic_type,
    count(statement_item_id) as statement_rows,
    count(ledger_item_id) as ledger_rows
from work_paired_rows
where statement_item_id is null or ledger_item_id is null
group by payment_key, economic_type;
