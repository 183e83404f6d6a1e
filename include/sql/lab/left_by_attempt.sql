-- What is there of an account whose attempt has failed?
--
-- Grain:   one row.
-- Binds:   psp (text), attempt_id (bigint).
select
    (
        select count(*) from internal.deliveries
        inner join internal.accounts using (account_id)
        where accounts.psp = %(psp)s
    ) as deliveries,
    (select count(*) from internal.runs where attempt_id = %(attempt_id)s) as runs
