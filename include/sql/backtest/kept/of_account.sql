-- What the warehouse has of an account in the table {{table}}.
--
-- Grain:   one row per row of the table.
-- Binds:   account_id (integer).
select * from internal.{table}
where account_id = %(account_id)s
