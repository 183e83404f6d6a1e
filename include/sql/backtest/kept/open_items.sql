-- The open items of the accounts, as a replay leaves them.
--
-- Grain:   one row per leg and row.
-- Binds:   none.
select * from internal.open_items
