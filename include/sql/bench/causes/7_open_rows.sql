-- Makes the list of rows that are open.
create unlogged table work_open_rows as
select
    side,
    item_id
from work_items;
