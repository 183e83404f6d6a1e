-- Brings the members of the new matches into force; the key refuses a row that is matched already.
insert into internal.match_members (leg, side, item_id, match_id)
select
    'ledger_statement',
    side,
    item_id,
    match_id
from work_match_members
order by match_id;
