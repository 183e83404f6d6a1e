-- Days before the look-back that are read again: those whose rows matter still, and a share of all.
--
-- Grain:   one row per day (UTC).
-- Binds:   account_id (integer), read_from (timestamptz, start of the look-back), is_first_of_day
--          (boolean), rotation_days (integer).
-- Reason:  a row that is open, or was matched within the look-back, may not change unseen; beyond
--          that, the first run of a day checks one of rotation_days shares of the retained period.
select distinct date_trunc('day', ledger_transactions.occurred_at) as day
from internal.ledger_transactions
left join internal.open_items
    on
        ledger_transactions.item_id = open_items.item_id
        and open_items.leg = 'ledger_statement'
left join internal.match_members
    on
        ledger_transactions.item_id = match_members.ledger_item_id
        and match_members.leg = 'ledger_statement'
left join internal.matches
    on match_members.match_id = matches.match_id and matches.last_run_number is null
left join internal.runs on matches.first_run_number = runs.run_number
where
    ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.last_run_number is null
    and ledger_transactions.occurred_at < %(read_from)s
    and (
        open_items.item_id is not null
        or runs.as_of >= %(read_from)s
        or (
            %(is_first_of_day)s
            and (ledger_transactions.occurred_at::date - %(read_from)s::date) %% %(rotation_days)s = 0
        )
    )
order by day;
