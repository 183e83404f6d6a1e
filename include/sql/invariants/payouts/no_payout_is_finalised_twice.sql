-- Which payouts were finalised more than once?
--
-- Grain:    one row per provider payout; the amount is what was booked too much.
-- Binds:    as_of (timestamptz) - exclusive; when a group was made.
-- Reads:    provider_payouts, ledger_groups.
-- Severity: critical
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Compare the groups with the provider's answer, and reverse all but one by compensating entries.
-- Asked by: runbook 001, incident FINALIZE_MISSING: a payout that is forced by hand may be finalised already
-- Reason:   each is looked up by its id, since a planner can't know how few were finalised twice.
with

repeated as (

    select
        provider_payout_id,
        count(*) as times,
        max(created_at) as last_at
    from ledger_groups
    where
        kind = 'payout_finalised'
        and created_at < %(as_of)s
    group by provider_payout_id
    having count(*) > 1

)

select
    looked_up.id as object,
    looked_up.currency,
    (looked_up.amount_minor * (repeated.times - 1))::bigint as amount_minor,
    repeated.last_at as occurred_at,
    'expected 1 ledger group payout_finalised, found ' || repeated.times as what
from repeated
cross join lateral (
    select
        id,
        currency,
        amount_minor
    from provider_payouts
    where provider_payouts.id = repeated.provider_payout_id
    limit 1
) as looked_up
order by looked_up.id
