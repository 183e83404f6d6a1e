-- Statements of another account.
--
-- Grain:   one row per account that is not this one, at its first row; no row means the promise holds.
-- Binds:   account (text): NULL without a configuration, when any will do.
select
    min(row_number) as row_number,
    'account' as column_name,
    %(account)s::text as expected,
    account as found
from work_parsed_statements
where
    account <> %(account)s::text
    -- An API's answer does not name the account: it was asked with that account's key.
    and account <> ''
group by account
order by row_number
