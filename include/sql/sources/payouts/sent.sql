-- Which payouts has a provider taken, as far as we know, without ending them yet?
--
-- Grain:   one row per provider payout in SENT that is not in quarantine, with its newest outbox task;
--          the longest sent first.
-- Binds:   sent_seconds (integer): sent at least so long ago; rows_max (integer).
select
    provider_payouts.id as provider_payout_id,
    coalesce(task.id, 0) as outbox_task_id,
    provider_payouts.provider,
    provider_payouts.idempotency_key,
    provider_payouts.provider_reference,
    provider_payouts.amount_minor,
    provider_payouts.currency,
    'SENT' as state,
    -- Without a task nothing can be put back in the queue; it can be asked about all the same.
    coalesce(task.claimed_at, provider_payouts.sent_at, provider_payouts.created_at) as claimed_at,
    provider_payouts.created_at as key_made_at
from public.provider_payouts
inner join public.payouts on provider_payouts.payout_id = payouts.id
left join lateral (
    select
        outbox.id,
        outbox.claimed_at
    from public.outbox
    where outbox.provider_payout_id = provider_payouts.id
    order by outbox.id desc
    limit 1
) as task on true
where
    provider_payouts.status = 'SENT'
    -- What lacks one of these can't be asked about; the checks of the book say so.
    and num_nulls(
        provider_payouts.idempotency_key, provider_payouts.amount_minor, provider_payouts.currency
    ) = 0
    and payouts.status <> 'QUARANTINED'
    and coalesce(provider_payouts.sent_at, provider_payouts.created_at)
    <= now() - make_interval(secs => %(sent_seconds)s)
order by provider_payouts.sent_at, provider_payouts.id
limit %(rows_max)s
