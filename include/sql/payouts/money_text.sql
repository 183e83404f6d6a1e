-- How does an amount read?
--
-- Grain:   one row.
-- Binds:   amount_minor (bigint), currency (text).
select internal.money_text(%(amount_minor)s::bigint, %(currency)s) as money_text
