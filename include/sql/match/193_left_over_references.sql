-- What do the rows that are left over name themselves, and by what are they told apart?
--
-- Grain:   one row per row that is left over.
-- Binds:   account_id (integer).
-- Reason:  a reference that names the batch names no payment and no order.
create unlogged table work_left_over_references as
select
    left_over.side,
    left_over.item_id,
    changes.psp_reference,
    changes.merchant_reference,
    changes.line_scope || chr(31) || changes.line_key || chr(31)
    || lpad(changes.occurrence::text, 9, '0') as sort_key
from work_left_over_rows as left_over
inner join work_line_changes as changes on left_over.item_id = changes.item_id
where left_over.side = 'statement' and changes.change in ('new', 'changed')
union all
select
    left_over.side,
    left_over.item_id,
    nullif(changes.psp_reference, left_over.batch),
    nullif(changes.merchant_reference, left_over.batch),
    changes.ledger_id
from work_left_over_rows as left_over
inner join work_ledger_changes as changes on left_over.item_id = changes.item_id
where left_over.side = 'ledger' and changes.change in ('new', 'changed')
union all
select
    left_over.side,
    left_over.item_id,
    known.psp_reference,
    known.merchant_reference,
    known.line_scope || chr(31) || known.line_key || chr(31) || lpad(known.occurrence::text, 9, '0')
from work_left_over_rows as left_over
inner join statement_lines as known
    on left_over.item_id = known.item_id and known.account_id = %(account_id)s
where left_over.side = 'statement'
union all
select
    left_over.side,
    left_over.item_id,
    nullif(known.psp_reference, left_over.batch),
    nullif(known.merchant_reference, left_over.batch),
    known.ledger_id
from work_left_over_rows as left_over
inner join ledger_transactions as known
    on left_over.item_id = known.item_id and known.account_id = %(account_id)s
where left_over.side = 'ledger';
