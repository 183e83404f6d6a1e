-- Which correction has this id, and what has become of it?
--
-- Grain:   one row, or none.
-- Binds:   correction_id (text).
select
    corrections.*,
    accounts.account as account_name,
    currencies.exponent,
    heads.as_of,
    internal.correction_state(corrections.request_id) as state
from internal.corrections
inner join internal.accounts on corrections.account_id = accounts.account_id
inner join internal.heads on corrections.account_id = heads.account_id
left join internal.currencies on corrections.currency = currencies.code
where corrections.request_id = %(correction_id)s
