-- Which payments does this run decide anew, beside those of the pool?
--
-- Grain:   one row per payment that has a row which changed or is gone, an open discrepancy, or a row
--          in the interval that is reprocessed.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint), reprocess_from, reprocess_to (timestamptz,
--          half-open; NULL for none).
create unlogged table work_touched_payments as
select statement_lines.payment_key
from work_replaced_items
inner join statement_lines
    on
        work_replaced_items.item_id = statement_lines.item_id
        and statement_lines.account_id = %(account_id)s
where work_replaced_items.side = 'statement'
union
select ledger_transactions.payment_key
from work_replaced_items
inner join ledger_transactions
    on
        work_replaced_items.item_id = ledger_transactions.item_id
        and ledger_transactions.account_id = %(account_id)s
where work_replaced_items.side = 'ledger'
union
select payment_key
from internal.discrepancy_versions
where
    run_number = %(head_run_number)s
    and leg = %(leg)s
    and change <> 'resolved'
    and payment_key is not null
union
select payment_key
from statement_lines
where
    account_id = %(account_id)s
    and last_run_number is null
    and booked_at >= %(reprocess_from)s
    and booked_at < %(reprocess_to)s
union
select payment_key
from ledger_transactions
where
    account_id = %(account_id)s
    and last_run_number is null
    and occurred_at >= %(reprocess_from)s
    and occurred_at < %(reprocess_to)s;
