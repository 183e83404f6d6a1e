-- No row is open and matched at once; that none is matched twice is held by match_members' keys.
--
-- Grain:   one row per side where one is; found counts the rows.
-- Binds:   leg (text).
select
    %(leg)s::text || ', statement side, rows both open and matched' as what,
    0::bigint as expected,
    count(*)::bigint as found
from work_open_rows
inner join work_members on work_open_rows.item_id = work_members.statement_item_id
where work_open_rows.leg = %(leg)s and work_open_rows.side = 'statement'
having count(*) > 0
union all
select
    %(leg)s::text || ', ledger side, rows both open and matched',
    0::bigint,
    count(*)::bigint
from work_open_rows
inner join work_members on work_open_rows.item_id = work_members.ledger_item_id
where work_open_rows.leg = %(leg)s and work_open_rows.side = 'ledger'
having count(*) > 0
order by what;
