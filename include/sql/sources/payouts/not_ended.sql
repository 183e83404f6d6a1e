-- Which of these payouts may still move on, so that a person still has to look?
--
-- Grain:   one row per provider payout of the list that has not ended and is not in quarantine.
-- Binds:   provider_payout_ids (text[]).
select provider_payouts.id as provider_payout_id
from public.provider_payouts
inner join public.payouts on provider_payouts.payout_id = payouts.id
where
    provider_payouts.id = any(%(provider_payout_ids)s)
    and provider_payouts.status in ('CREATED', 'SENT')
    and payouts.status <> 'QUARANTINED'
order by provider_payouts.id
