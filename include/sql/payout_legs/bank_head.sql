-- Where does the bank account stand that payouts arrive on, and up to when is it covered?
--
-- Grain:   one row; NULLs before the bank account's first run.
-- Binds:   bank, bank_account, zone (text).
select
    accounts.account_id as bank_account_id,
    heads.run_id as bank_run_id,
    timezone(%(zone)s, runs.covered_until)::date - 1 as covered_through
from (values (%(bank)s::text, %(bank_account)s::text)) as asked (bank, bank_account)
left join internal.accounts on asked.bank = accounts.psp and asked.bank_account = accounts.account
left join internal.heads on accounts.account_id = heads.account_id
left join internal.runs on heads.run_number = runs.run_number;
