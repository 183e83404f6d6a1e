-- Notes what changed of items that stay open.
--
-- Binds:   account_id (integer).
update internal.open_items set
    bucket = work_open_rows.bucket,
    reason = work_open_rows.reason,
    is_counted = work_open_rows.is_counted,
    amount_minor = work_open_rows.amount_minor,
    due_at = work_open_rows.due_at,
    due_on = work_open_rows.due_on
from work_open_rows
where
    open_items.account_id = %(account_id)s
    and open_items.leg = work_open_rows.leg
    and open_items.side = work_open_rows.side
    and open_items.item_id = work_open_rows.item_id
    and (
        open_items.bucket, open_items.reason, open_items.is_counted, open_items.amount_minor,
        open_items.due_at, open_items.due_on
    ) is distinct from (
        work_open_rows.bucket, work_open_rows.reason, work_open_rows.is_counted,
        work_open_rows.amount_minor, work_open_rows.due_at, work_open_rows.due_on
    );
