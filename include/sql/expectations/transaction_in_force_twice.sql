-- Which ledger transactions are in force more than once under their own id?
--
-- Grain:   one row per transaction that has a twin.
-- Binds:   none; {batch} is what Great Expectations puts there: the transactions under test.
--
-- The unique index holds within a month of publication; this holds over all of them.
with

transactions as (

    select * from {batch}

)

select
    transactions.ledger_id,
    transactions.type,
    transactions.amount_minor,
    transactions.currency
from transactions
where exists (
    select from internal.ledger_transactions as twins
    where
        twins.account_id = transactions.account_id
        and twins.ledger_id = transactions.ledger_id
        and twins.last_run_number is null
        and twins.item_id <> transactions.item_id
)
