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
select
    provider_payouts.id as object,
    provider_payouts.currency,
    (provider_payouts.amount_minor * (count(*) - 1))::bigint as amount_minor,
    max(ledger_groups.created_at) as occurred_at,
    'expected 1 ledger group payout_finalised, found ' || count(*) as what
from ledger_groups
inner join provider_payouts on ledger_groups.provider_payout_id = provider_payouts.id
where
    ledger_groups.kind = 'payout_finalised'
    and ledger_groups.created_at < %(as_of)s
group by provider_payouts.id
having count(*) > 1
order by provider_payouts.id
