-- How much of what is open at the heads of a PSP do causes explain?
--
-- Grain:   one row per currency in which something is open.
-- Binds:   psp (text).
select
    run_causes.currency,
    currencies.exponent,
    sum(run_causes.discrepancies)::bigint as discrepancies,
    sum(run_causes.exposure_minor)::bigint as exposure_minor,
    count(distinct run_causes.cause) as causes,
    coalesce(sum(run_causes.exposure_minor) filter (where run_causes.cause is not null), 0)::bigint as explained_minor
from internal.heads
inner join internal.accounts on heads.account_id = accounts.account_id
inner join internal.run_causes on heads.run_number = run_causes.run_number
inner join internal.currencies on run_causes.currency = currencies.code
where accounts.psp = %(psp)s
group by run_causes.currency, currencies.exponent
order by run_causes.currency
