-- Is every row of the file another account's?
--
-- Grain:   one row.
-- Binds:   has_account (boolean); account (text): NULL for any.
--          A row that names no account may be of this one.
select
    %(has_account)s::boolean
    and %(account)s::text is not null
    and not exists (
        select from work_raw_rows
        where account = %(account)s::text or account is null
    ) as is_flagged
