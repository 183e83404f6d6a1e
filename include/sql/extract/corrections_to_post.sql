-- Which corrections of this account wait for the ledger to post them?
--
-- Grain:   one row per correction.
-- Binds:   account_id (integer).
select request_id as correction_id
from internal.corrections
where account_id = %(account_id)s and amount_minor is not null and posted_as is null
order by request_id
