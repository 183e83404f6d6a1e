-- No row is open and matched at once; that none is matched twice is held by match_members' key.
--
-- Grain:   one row per side where one is; found counts the rows.
select
    work_open_rows.side || ' side, rows both open and matched' as what,
    0::bigint as expected,
    count(*)::bigint as found
from work_open_rows
inner join work_match_members
    on
        work_open_rows.side = work_match_members.side
        and work_open_rows.item_id = work_match_members.item_id
group by work_open_rows.side
order by what;
