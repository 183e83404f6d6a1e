-- Adds what this run leaves open for the first time.
--
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.open_items (
    leg, side, item_id, account_id, bucket, reason, is_counted, amount_minor, currency, due_at,
    due_on, opened_run_number
)
select
    leg,
    side,
    item_id,
    %(account_id)s,
    bucket,
    reason,
    is_counted,
    amount_minor,
    currency,
    due_at,
    due_on,
    %(run_number)s
from work_open_rows
where not exists (
    select from internal.open_items
    where
        open_items.leg = work_open_rows.leg
        and open_items.side = work_open_rows.side
        and open_items.item_id = work_open_rows.item_id
);
