-- Which payouts were being sent when something broke, so that nobody here knows whether they left?
--
-- Grain:   one row per outbox task that is stuck in SENDING, the longest stuck first.
-- Binds:   sending_seconds (integer): claimed more than so long ago; rows_max (integer).
select
    provider_payouts.id as provider_payout_id,
    outbox.id as outbox_task_id,
    provider_payouts.provider,
    provider_payouts.idempotency_key,
    provider_payouts.provider_reference,
    provider_payouts.amount_minor,
    provider_payouts.currency,
    'SENDING' as state,
    coalesce(outbox.claimed_at, outbox.queued_at) as claimed_at,
    provider_payouts.created_at as key_made_at
from public.outbox
inner join public.provider_payouts on outbox.provider_payout_id = provider_payouts.id
inner join public.payouts on provider_payouts.payout_id = payouts.id
where
    outbox.status = 'SENDING'
    -- What lacks one of these can't be asked about; the checks of the book say so.
    and num_nulls(
        provider_payouts.idempotency_key, provider_payouts.amount_minor, provider_payouts.currency
    ) = 0
    and provider_payouts.status in ('CREATED', 'SENT')
    and payouts.status <> 'QUARANTINED'
    and coalesce(outbox.claimed_at, outbox.queued_at)
    < now() - make_interval(secs => %(sending_seconds)s)
order by coalesce(outbox.claimed_at, outbox.queued_at), outbox.id
limit %(rows_max)s
