-- The number of a PSP account, which it is given the first time that it is asked for.
--
-- Grain:   one row; none where another transaction gives it one at this very moment.
-- Binds:   psp, account (text).
with

added as (

    insert into internal.accounts (psp, account)
    values (%(psp)s, %(account)s)
    on conflict (psp, account) do nothing
    returning account_id

)

select account_id from added
union all
select account_id from internal.accounts
where psp = %(psp)s and account = %(account)s
limit 1;
