-- What do ledger rows name of whose payment no line is known?
--
-- Grain:   one row per such ledger row that moves money.
-- Binds:   account_id (integer), as_of (timestamptz), covered_through (date).
create unlogged table work_named_references as
with

unanswered as materialized (

    select
        item_id,
        economic_type,
        currency,
        amount_minor,
        dated_at,
        due_at <= %(as_of)s and coalesce(due_on <= %(covered_through)s, false) as is_due
    from work_unanswered_ledger_rows
    where dated_at < %(as_of)s

)

select
    unanswered.*,
    changes.psp_reference,
    changes.merchant_reference,
    changes.event_reference,
    changes.ledger_id as sort_key
from unanswered
inner join work_ledger_changes as changes on unanswered.item_id = changes.item_id
where changes.change in ('new', 'changed')
union all
select
    unanswered.*,
    known.psp_reference,
    known.merchant_reference,
    known.event_reference,
    known.ledger_id
from unanswered
inner join ledger_transactions as known
    on unanswered.item_id = known.item_id and known.account_id = %(account_id)s;
