-- Which statements of this account does a refused file seem to hold?
--
-- Grain:   one row per batch, the first twenty.
-- Binds:   account (text).
select distinct
    'batch ' || batch_number::bigint as statement_key,
    batch_number::bigint as sequence_number
from work_raw_rows
where
    batch_number ~ '^[0-9]{1,18}$'
    and merchant_account = %(account)s::text
order by sequence_number
limit 20
