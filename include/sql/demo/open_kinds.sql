-- Which kinds of discrepancy are open at the heads, with which amounts?
--
-- Grain:   one row per account, currency and kind; each event under the first leg that it breaks.
select
    psp,
    account,
    coalesce(currency, '-') as currency,
    kind,
    count(*) as discrepancies,
    sum(delta_minor)::bigint as delta_minor,
    coalesce(sum(exposure_minor), 0)::bigint as exposure_minor
from reconciliation.discrepancies
where change <> 'resolved' and leg = shown_under
group by psp, account, currency, kind
order by psp, account, currency, kind
