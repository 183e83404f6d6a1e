-- Notes the payment that each new ledger row was found to belong to, where it is not its own reference.
--
-- Grain:   updates staged ledger rows.
update work_ledger_versions set payment_key = found.payment_key
from work_ledger_payments as found
where work_ledger_versions.item_id = found.item_id;
