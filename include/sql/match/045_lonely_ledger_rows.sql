-- Which ledger rows that name a payment of the PSP have met no line?
--
-- Grain:   one row per ledger row of the pool.
create unlogged table work_lonely_ledger_rows as
select
    pool.item_id,
    pool.payment_key,
    pool.event_reference
from (
    select ledger_item_id as item_id
    from work_paired_rows
    where statement_item_id is null
) as lonely
inner join work_pool_ledger as pool on lonely.item_id = pool.item_id
where pool.has_psp_reference;
