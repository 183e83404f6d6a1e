-- Which ledger rows name no payment of which a line is known?
--
-- Grain:   one row per such row of the pool.
-- Binds:   account_id (integer).
create unlogged table work_unclaimed as
with

named as materialized (

    select payment_key
    from work_pool_statement
    where payment_key in (select payment_key from work_lonely_ledger_rows)

)

select
    item_id,
    payment_key as own_payment_key,
    payment_key as psp_reference,
    null::text as merchant_reference,
    event_reference
from work_lonely_ledger_rows
where
    not exists (
        select from named
        where named.payment_key = work_lonely_ledger_rows.payment_key
    )
    and not exists (
        select from statement_lines
        where
            statement_lines.account_id = %(account_id)s
            and statement_lines.payment_key = work_lonely_ledger_rows.payment_key
            and hashtextextended(statement_lines.payment_key, 0)
            = hashtextextended(work_lonely_ledger_rows.payment_key, 0)
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
