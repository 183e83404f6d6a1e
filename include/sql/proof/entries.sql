-- The ledger rows that are decided anew, with their keys.
--
-- Grain:   one row per ledger row; a view that matches and fees are written from.
create or replace view work_proof_entries as
select
    item_id,
    ledger_id,
    currency,
    case when moves_money is false then 0 else amount_minor end as amount_minor,
    fee_minor,
    tax_minor,
    change as origin,
    occurred_at as dated_at
from work_ledger_changes
where change in ('new', 'changed')
union all
select
    item_id,
    ledger_id,
    currency,
    case when moves_money is false then 0 else amount_minor end,
    fee_minor,
    tax_minor,
    origin,
    dated_at
from work_known_ledger
where origin in ('open', 'provisional')
union all
select
    known.item_id,
    known.ledger_id,
    known.currency,
    case when known.moves_money is false then 0 else known.amount_minor end,
    known.fee_minor,
    known.tax_minor,
    case when matched.item_id is null then 'not_expected' else 'matched' end,
    known.dated_at
from work_known_ledger as known
left join (select unnest(item_ids) as item_id from work_existing_matches) as matched
    on known.item_id = matched.item_id
where known.origin = 'sibling';
