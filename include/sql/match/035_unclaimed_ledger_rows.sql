-- Which ledger rows name no payment of which a line is known?
--
-- Grain:   one row per such row of the pool.
-- Binds:   account_id (integer).
create unlogged table work_unclaimed as
select
    item_id,
    payment_key as own_payment_key,
    payment_key as psp_reference,
    merchant_reference,
    event_reference
from work_pool_ledger
where
    has_psp_reference
    and not exists (
        select from work_pool_statement
        where work_pool_statement.payment_key = work_pool_ledger.payment_key
    )
    and not exists (
        select from internal.statement_lines
        where
            statement_lines.account_id = %(account_id)s
            and statement_lines.payment_key = work_pool_ledger.payment_key
            and statement_lines.last_run_number is null
    )
union all
select
    item_id,
    payment_key,
    null,
    merchant_reference,
    event_reference
from work_pool_ledger
where not has_psp_reference;
