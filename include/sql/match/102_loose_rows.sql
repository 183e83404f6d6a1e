-- Which rows need more than a plain pair?
--
-- Grain:   one row per row of the pool that is in no plain pair, or in one that may differ (is_paired).
create unlogged table work_loose_rows as
select distinct
    members.side,
    members.item_id,
    loose.is_paired
from (
    select
        statement_item_id,
        ledger_item_id,
        false as is_paired
    from work_paired_rows
    where
        statement_item_id is null
        or ledger_item_id is null
        or group_hash in (select group_hash from work_crowded_payments)
    union all
    select
        statement_item_id,
        ledger_item_id,
        true
    from work_plain_pairs
    where may_differ
) as loose
cross join lateral (
    values ('statement', loose.statement_item_id), ('ledger', loose.ledger_item_id)
) as members (side, item_id)
where members.item_id is not null;
