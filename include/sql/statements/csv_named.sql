-- Which statements of this account does a refused file seem to hold?
--
-- Grain:   one row per statement, the first twenty.
-- Binds:   account (text): NULL for any; has_account, statement_is_number (boolean); key_before and
--          key_after (text): what stands around the value in the key.
select distinct
    %(key_before)s::text
    || case when %(statement_is_number)s::boolean then (statement::bigint)::text else statement end
    || %(key_after)s::text as statement_key,
    case when %(statement_is_number)s::boolean then statement::bigint end as sequence_number
from work_raw_rows
where
    (statement ~ '^[0-9]{1,18}$' or not %(statement_is_number)s::boolean)
    and statement is not null
    and (account = %(account)s::text or %(account)s::text is null or not %(has_account)s::boolean)
order by sequence_number, statement_key
limit 20
