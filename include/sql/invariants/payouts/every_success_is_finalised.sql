-- Which payouts succeeded at the provider, and the ledger was never finalised?
--
-- Grain:    one row per provider payout.
-- Binds:    as_of (timestamptz) - exclusive; what the provider had said by then.
-- Reads:    provider_payouts, ledger_groups.
-- Severity: critical
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 10 minutes to senior engineering
-- Do:       FINALIZE_MISSING: force finalise the payout in the payouts system, then look why it was not.
-- Asked by: runbook 001, incident FINALIZE_MISSING
-- Reason:   the payouts system notes a success and finalises it in one transaction, so no grace is given.
select
    provider_payouts.id as object,
    provider_payouts.currency,
    provider_payouts.amount_minor,
    provider_payouts.updated_at as occurred_at,
    'expected a ledger group payout_finalised, found none' as what
from provider_payouts
where
    provider_payouts.status = 'SUCCEEDED'
    and provider_payouts.updated_at < %(as_of)s
    and not exists (
        select
        from ledger_groups
        where
            ledger_groups.provider_payout_id = provider_payouts.id
            and ledger_groups.kind = 'payout_finalised'
    )
order by provider_payouts.id
