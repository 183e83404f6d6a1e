-- Can the wallets' book be read, and how much is in it?
--
-- Grain:   one row.
-- Binds:   none.
select
    (select count(*) from wallets) as wallets,
    (select count(*) from transactions) as transactions,
    (select count(*) from wallet_balances) as projections
