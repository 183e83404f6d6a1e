-- Days before the look-back that are read again: those whose rows matter still, and a share of all.
--
-- Grain:   one row per day (UTC); a row may be open on any leg.
-- Binds:   account_id (integer), leg (text), read_from (timestamptz, start of the look-back), is_first_of_day
--          (boolean), rotation_days (integer).
-- Reason:  a row that is open, or was matched within the look-back, may not change unseen; beyond
--          that, the first run of a day checks one of rotation_days shares of the retained period.
with

recent as (

    select min(run_number) as first_run_number
    from internal.runs
    where account_id = %(account_id)s and as_of >= %(read_from)s

)

select date_trunc('day', ledger_transactions.occurred_at) as day
from internal.open_items
inner join ledger_transactions
    on
        open_items.item_id = ledger_transactions.item_id
        and open_items.account_id = ledger_transactions.account_id
where
    open_items.account_id = %(account_id)s
    and ledger_transactions.occurred_at < %(read_from)s
union
select date_trunc('day', ledger_transactions.occurred_at)
from internal.match_members
inner join ledger_transactions
    on
        match_members.ledger_item_id = ledger_transactions.item_id
        and ledger_transactions.account_id = %(account_id)s
where
    match_members.leg = %(leg)s
    and match_members.first_run_number >= (select first_run_number from recent)
    and ledger_transactions.last_run_number is null
    and ledger_transactions.occurred_at < %(read_from)s
union
select date_trunc('day', ledger_transactions.occurred_at)
from ledger_transactions
where
    %(is_first_of_day)s
    and ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.last_run_number is null
    and ledger_transactions.occurred_at < %(read_from)s
    and (ledger_transactions.occurred_at::date - %(read_from)s::date) %% %(rotation_days)s = 0
order by day;
