-- What is left over: payments and economic types that are not one plain pair.
--
-- Grain:   one row per payment and economic type.
-- Binds:   as_of (timestamptz).
create unlogged table work_hard_groups as
select
    payment_key,
    economic_type,
    count(*) filter (where side = 'statement') as statement_rows,
    count(*) filter (where side = 'ledger') as ledger_rows,
    bool_or(is_posting) as has_posting
from (
    select
        'statement' as side,
        payment_key,
        economic_type,
        false as is_posting
    from work_left_statement
    where not is_paired and dated_at < %(as_of)s and type <> 'unknown'
    union all
    select
        'ledger',
        payment_key,
        economic_type,
        is_posting
    from work_left_ledger
    where not is_paired and dated_at < %(as_of)s and type <> 'unknown' and moves_money
) as rows
group by payment_key, economic_type;
