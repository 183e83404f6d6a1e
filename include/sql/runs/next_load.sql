-- From which number on are the items of a new load numbered?
--
-- Grain:   one row.
-- Binds:   none. A load holds fewer than 2^32 rows.
select nextval('internal.load_ids') << 32 as first_item_id;
