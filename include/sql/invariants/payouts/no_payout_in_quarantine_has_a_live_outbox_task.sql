-- Which payouts in quarantine could still be sent, since an outbox task of theirs is alive?
--
-- Grain:    one row per live task, named after its provider payout.
-- Binds:    as_of (timestamptz) - exclusive; when the task was put in the queue.
-- Reads:    payouts, provider_payouts, outbox.
-- Severity: critical
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Fail the task in the payouts system before its worker claims it; a quarantine is for ever until lifted.
-- Asked by: runbook 001, quarantining a suspicious payout
select
    provider_payouts.id as object,
    provider_payouts.currency,
    provider_payouts.amount_minor,
    outbox.queued_at as occurred_at,
    'expected no task in PENDING or SENDING, found one in ' || outbox.status as what
from provider_payouts
inner join payouts on provider_payouts.payout_id = payouts.id
inner join outbox on provider_payouts.id = outbox.provider_payout_id
where
    (provider_payouts.status = 'QUARANTINED' or payouts.status = 'QUARANTINED')
    and outbox.status in ('PENDING', 'SENDING')
    and outbox.queued_at < %(as_of)s
order by provider_payouts.id, outbox.id
