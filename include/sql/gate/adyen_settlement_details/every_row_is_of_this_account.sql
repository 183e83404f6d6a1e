-- Rows of another merchant account.
--
-- Grain:   one row per account that is not this one, at its first row; no row means the promise holds.
-- Binds:   account (text).
select
    min(first_row) as row_number,
    'Merchant Account' as column_name,
    %(account)s::text as expected,
    coalesce(merchant_account, 'nothing') as found
from work_control
where merchant_account is distinct from %(account)s::text
group by merchant_account
order by row_number
