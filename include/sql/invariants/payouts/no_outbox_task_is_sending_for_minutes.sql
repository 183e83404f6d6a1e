-- Which outbox tasks have been SENDING for more than 15 minutes?
--
-- Grain:    one row per stuck task, named after its provider payout.
-- Binds:    as_of (timestamptz) - the moment for which it is asked.
-- Reads:    outbox, provider_payouts.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Look at what payout_stuck_repair decided about it; never send it again before the provider was asked.
-- Asked by: runbook 001, health pulse and incident stuck SENDING
select
    outbox.provider_payout_id as object,
    provider_payouts.currency,
    provider_payouts.amount_minor,
    outbox.claimed_at as occurred_at,
    'expected at most 15 minutes in SENDING, found ' || date_trunc('second', %(as_of)s - outbox.claimed_at)::text as what
from outbox
inner join provider_payouts on outbox.provider_payout_id = provider_payouts.id
where
    outbox.status = 'SENDING'
    and outbox.claimed_at < %(as_of)s - interval '15 minutes'
order by outbox.provider_payout_id, outbox.id
