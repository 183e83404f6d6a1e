-- Days before the look-back whose ledger rows matter still: open, or matched within the look-back.
--
-- Grain:   one row per day (UTC).
-- Binds:   account_id (integer), read_from (timestamptz, start of the look-back).
select distinct date_trunc('day', ledger_transactions.occurred_at) as day
from internal.ledger_transactions
left join internal.open_items
    on
        ledger_transactions.item_id = open_items.item_id
        and open_items.side = 'ledger'
        and open_items.leg = 'ledger_statement'
left join internal.match_members
    on
        ledger_transactions.item_id = match_members.item_id
        and match_members.side = 'ledger'
        and match_members.leg = 'ledger_statement'
left join internal.matches on match_members.match_id = matches.match_id
left join internal.runs on matches.first_run_number = runs.run_number
where
    ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.last_run_number is null
    and ledger_transactions.occurred_at < %(read_from)s
    and (open_items.item_id is not null or runs.as_of >= %(read_from)s)
order by day;
