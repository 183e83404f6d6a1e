-- Which ledger transactions in force did an account's runs publish since a given one?
--
-- Grain:   one row per ledger transaction in force.
-- Binds:   account_id (integer), since_run_number (bigint).
select
    ledger_transactions.item_id,
    ledger_transactions.account_id,
    ledger_transactions.ledger_id,
    ledger_transactions.type,
    ledger_transactions.status,
    ledger_transactions.amount_minor,
    ledger_transactions.fee_minor,
    ledger_transactions.tax_minor,
    ledger_transactions.currency,
    ledger_transactions.occurred_at
from internal.ledger_transactions
where
    ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.last_run_number is null
    and ledger_transactions.first_run_number >= %(since_run_number)s
