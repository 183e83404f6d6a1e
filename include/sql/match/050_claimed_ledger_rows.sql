-- Gives claimed ledger rows of the pool the payment that claims them.
--
-- Grain:   updates the pool.
update work_pool_ledger set payment_key = work_ledger_payments.payment_key
from work_ledger_payments
where work_pool_ledger.item_id = work_ledger_payments.item_id;
