-- Brings the members of the new matches into force; the keys refuse a row that is matched already.
insert into internal.match_members (leg, match_id, statement_item_id, ledger_item_id)
select
    'ledger_statement',
    match_id,
    statement_item_id,
    ledger_item_id
from work_match_members
order by match_id;
