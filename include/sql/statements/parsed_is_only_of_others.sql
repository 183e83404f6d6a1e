-- Is every statement of the file another account's?
--
-- Grain:   one row.
-- Binds:   account (text): NULL for any.
--          A statement that names no account may be of this one.
select
    exists (select from work_parsed_statements)
    and %(account)s::text is not null
    and not exists (
        select from work_parsed_statements
        where account in (%(account)s::text, '')
    ) as is_flagged
