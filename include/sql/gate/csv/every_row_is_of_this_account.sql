-- Rows of another account.
--
-- Grain:   one row per account that is not this one, at its first row; no row means the promise holds.
-- Binds:   has_account (boolean); account (text): NULL without a configuration, when any will do.
select
    min(first_row) as row_number,
    'account' as column_name,
    %(account)s::text as expected,
    coalesce(account, 'nothing') as found
from work_control
where
    %(has_account)s::boolean
    and account is distinct from %(account)s::text
    and %(account)s::text is not null
group by account
order by row_number
