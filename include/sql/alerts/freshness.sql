-- Since when has each account of a PSP been waiting for a complete published run?
--
-- Grain:   one row per account asked for; `now` is the database's clock. Waiting begins at the end of
--          the last complete run, but not before the account was known and not before the PSP's last
--          pause ended: a run that a pause skipped is no missed cycle.
-- Binds:   psp (text), accounts (text[]).
select
    accounts.account,
    complete.as_of as complete_until,
    greatest(complete.as_of, accounts.first_seen_at, resumed.seen_at) as counted_from,
    clock_timestamp() as now
from internal.accounts
left join lateral (
    select runs.as_of
    from internal.runs
    where
        runs.account_id = accounts.account_id
        and runs.is_published
        and runs.verdict <> 'incomplete'
    order by runs.run_number desc
    limit 1
) as complete on true
left join lateral (
    select pauses.seen_at
    from internal.pauses
    where pauses.psp = accounts.psp and pauses.event in ('resumed', 'expired')
    order by pauses.pause_id desc
    limit 1
) as resumed on true
where
    accounts.psp = %(psp)s
    and accounts.account = any(%(accounts)s::text[])
order by accounts.account
