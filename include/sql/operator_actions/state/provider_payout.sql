-- How does a payout stand, as operators see it: sent, stuck, succeeded, finalised, in quarantine?
--
-- Grain:   one row, or none where the payouts system has no such order to a provider. Stuck is what has been
--          SENDING for 15 minutes, or SENT for 10 (runbook 001).
-- Binds:   object_id, idempotency_key (text; not used).
select
    provider_payouts.amount_minor,
    provider_payouts.currency,
    provider_payouts.provider,
    provider_payouts.idempotency_key,
    provider_payouts.provider_reference,
    (extract(epoch from provider_payouts.created_at) * 1000000)::bigint as key_made_microseconds,
    task.id as outbox_task_id,
    (extract(epoch from task.claimed_at) * 1000000)::bigint as claimed_microseconds,
    coalesce((extract(epoch from task.queued_at) * 1000000)::bigint, 0) as queued_microseconds,
    told.events as provider_events,
    case
        when 'QUARANTINED' in (payouts.status, provider_payouts.status) then 'QUARANTINED'
        when provider_payouts.status = 'SUCCEEDED' and finalised.is_finalised then 'FINALISED'
        when provider_payouts.status = 'SUCCEEDED' then 'SUCCEEDED_NOT_FINALISED'
        when provider_payouts.status = 'FAILED' then 'FAILED'
        when provider_payouts.status = 'CREATED' and task.status = 'SENDING' then 'SENDING'
        else provider_payouts.status
    end as state,
    case
        when provider_payouts.status = 'SENT' then provider_payouts.sent_at <= now() - interval '10 minutes'
        else task.status = 'SENDING' and task.claimed_at < now() - interval '15 minutes'
    end as is_stuck
from provider_payouts
inner join payouts on provider_payouts.payout_id = payouts.id
left join lateral (
    select
        outbox.id,
        outbox.status,
        outbox.claimed_at,
        outbox.queued_at
    from outbox
    where outbox.provider_payout_id = provider_payouts.id
    order by outbox.id desc
    limit 1
) as task on true
cross join lateral (
    select count(*) as events
    from provider_events
    where provider_events.provider_payout_id = provider_payouts.id
) as told
cross join lateral (
    select
        exists (
            select
            from ledger_groups
            where
                ledger_groups.provider_payout_id = provider_payouts.id
                and ledger_groups.kind = 'payout_finalised'
        ) as is_finalised
) as finalised
where provider_payouts.id = %(object_id)s and %(idempotency_key)s::text is not null
