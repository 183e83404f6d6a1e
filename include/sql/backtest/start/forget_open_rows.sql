-- Forgets which rows of an account were opened, once it is decided which are.
--
-- Binds:   account_id (integer).
delete from internal.open_items
where account_id = %(account_id)s
