-- Takes out of the pool what this run cleared, withdrew or replaced.
--
-- Binds:   account_id (integer), leg (text).
delete from internal.open_items
where
    account_id = %(account_id)s
    and leg = %(leg)s
    and not exists (
        select from work_open_rows
        where
            work_open_rows.side = open_items.side
            and work_open_rows.item_id = open_items.item_id
    );
