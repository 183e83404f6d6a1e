-- Which payouts have been SENT for more than 10 minutes without a word from the provider?
--
-- Grain:    one row per provider payout.
-- Binds:    as_of (timestamptz) - the moment for which it is asked.
-- Reads:    provider_payouts.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Look whether webhooks come in and payout_reconcile_pull is answered; it asks every five minutes.
-- Asked by: runbook 001, providerPayoutSentStuck10m
select
    provider_payouts.id as object,
    provider_payouts.currency,
    provider_payouts.amount_minor,
    provider_payouts.sent_at as occurred_at,
    'expected an answer within 10 minutes, SENT for ' || date_trunc('second', %(as_of)s - provider_payouts.sent_at)::text
        as what
from provider_payouts
where
    provider_payouts.status = 'SENT'
    and provider_payouts.sent_at < %(as_of)s - interval '10 minutes'
order by provider_payouts.id
