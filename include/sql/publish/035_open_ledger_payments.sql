-- Notes where an open ledger row was found to belong to another payment than before.
--
-- Binds:   account_id (integer).
update ledger_transactions set payment_key = known.payment_key
from work_known_ledger as known
where
    known.origin in ('open', 'provisional')
    and (
        known.known_payment_key is not null
        or known.item_id in (select item_id from work_ledger_payments)
    )
    and ledger_transactions.account_id = %(account_id)s
    and ledger_transactions.item_id = known.item_id
    and ledger_transactions.payment_key <> known.payment_key;
