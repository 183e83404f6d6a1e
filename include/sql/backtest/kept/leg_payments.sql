-- The payments that an account's rows were found to belong to on the legs of its gateway.
--
-- Grain:   one row per leg and row.
-- Binds:   account_id (integer).
select * from internal.leg_payments
where
    item_id in (select item_id from internal.gateway_transactions where account_id = %(account_id)s)
    or item_id in (select item_id from internal.ledger_transactions where account_id = %(account_id)s)
