-- Which outbox tasks have waited to be sent for more than 15 minutes?
--
-- Grain:    one row per waiting task, named after its provider payout.
-- Binds:    as_of (timestamptz) - the moment for which it is asked.
-- Reads:    outbox, provider_payouts.
-- Severity: high
-- Scope:    full
-- Every:    5 minutes
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: after 15 minutes to senior engineering
-- Do:       Look whether the outbox worker of the payouts system runs, every minute, 50 tasks a batch.
-- Asked by: runbook 001, maxOutboxAgeMinutes
select
    outbox.provider_payout_id as object,
    provider_payouts.currency,
    provider_payouts.amount_minor,
    outbox.queued_at as occurred_at,
    'expected at most 15 minutes in PENDING, found ' || date_trunc('second', %(as_of)s - outbox.queued_at)::text as what
from outbox
inner join provider_payouts on outbox.provider_payout_id = provider_payouts.id
where
    outbox.status = 'PENDING'
    and outbox.queued_at < %(as_of)s - interval '15 minutes'
order by outbox.provider_payout_id, outbox.id
