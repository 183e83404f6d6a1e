-- Takes out of the pool what this run cleared, withdrew or replaced, and legs that are no more.
--
-- Binds:   account_id (integer).
delete from internal.open_items
where
    account_id = %(account_id)s
    and not exists (
        select from work_open_rows
        where
            work_open_rows.leg = open_items.leg
            and work_open_rows.side = open_items.side
            and work_open_rows.item_id = open_items.item_id
    );
