-- Which accounts of a PSP are known from now on, because the configuration names them?
--
-- Grain:   no rows; adds one row per account that is missing.
-- Binds:   psp (text), accounts (text[]).
insert into internal.accounts (psp, account)
select
    %(psp)s::text,
    named.account
from unnest(%(accounts)s::text[]) as named (account)
where
    not exists (
        select from internal.accounts
        where accounts.psp = %(psp)s::text and accounts.account = named.account
    )
order by named.account
on conflict (psp, account) do nothing
