-- Adds what joined the pool after the pairs were found, each row by itself: its payment has others.
--
-- Grain:   one row per sibling line, and per sibling or claimed ledger row.
-- Binds:   as_of (timestamptz).
insert into work_paired_rows (statement_item_id, ledger_item_id, payment_hash, group_hash)
select
    item_id,
    null,
    hashtextextended(payment_key, 0),
    case when dated_at < %(as_of)s and type <> 'unknown' then internal.group_hash(payment_key, economic_type) end
from work_known_statement
where origin = 'sibling'
union all
select
    null,
    item_id,
    hashtextextended(payment_key, 0),
    case
        when dated_at < %(as_of)s and type <> 'unknown' and moves_money
            then internal.group_hash(payment_key, economic_type)
    end
from work_known_ledger
where origin = 'sibling' or item_id in (select item_id from work_ledger_payments);
