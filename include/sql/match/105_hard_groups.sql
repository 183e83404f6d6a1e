-- What is left over: payments and economic types that are not one plain pair.
--
-- Grain:   one row per payment and economic type.
-- Binds:   as_of (timestamptz).
create unlogged table work_hard_groups as
select
    payment_key,
    economic_type,
    count(*) filter (where is_statement) as statement_rows,
    count(*) filter (where not is_statement) as ledger_rows
from (
    select
        true as is_statement,
        payment_key,
        economic_type
    from work_pool_statement
    where
        dated_at < %(as_of)s
        and type <> 'unknown'
        and not exists (
            select from work_plain_pairs
            where work_plain_pairs.statement_item_id = work_pool_statement.item_id
        )
    union all
    select
        false,
        payment_key,
        economic_type
    from work_pool_ledger
    where
        dated_at < %(as_of)s
        and type <> 'unknown'
        and moves_money
        and not exists (
            select from work_plain_pairs
            where work_plain_pairs.ledger_item_id = work_pool_ledger.item_id
        )
) as left_over
group by payment_key, economic_type;
