-- Makes the members of what was found.
create unlogged table work_finding_members as
select
    item_id / 2 as finding_no,
    side,
    item_id
from work_items;
