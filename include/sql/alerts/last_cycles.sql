-- What do the last two runs of each account of a PSP say for the recovery rule?
--
-- Grain:   one row per account and run, the newest first. A run that was stored because an identity
--          failed is a cycle too, and a bad one; a dry run is none.
-- Binds:   psp (text).
select
    accounts.account,
    latest.is_published,
    latest.verdict = 'incomplete' as is_incomplete,
    (
        select count(*) from internal.run_totals
        where run_totals.run_number = latest.run_number and run_totals.residual_minor <> 0
    ) as failed_identities,
    (
        select count(*) from internal.discrepancy_versions
        where
            discrepancy_versions.run_number = latest.run_number
            and discrepancy_versions.kind = 'statement_gap'
            and discrepancy_versions.change <> 'resolved'
            and discrepancy_versions.status <> 'closed'
    ) as statement_gaps,
    latest.published_at
from internal.accounts
cross join lateral (
    select
        runs.run_number,
        runs.is_published,
        runs.verdict,
        runs.published_at
    from internal.runs
    where runs.account_id = accounts.account_id and not runs.dry_run
    order by runs.run_number desc
    limit 2
) as latest
where accounts.psp = %(psp)s
order by accounts.account, latest.run_number desc
