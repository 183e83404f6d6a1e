-- Whom is it about this time? Those never asked about first, then those asked about longest ago.
--
-- Grain:   one row per payout of the batch.
-- Binds:   operation (text), provider_payout_ids, states (text[], place by place), batch_size (integer).
--          The repair looks at what is stuck in SENDING, and at what is SENT and was unknown when last asked.
with
candidates as (
    select
        asked.provider_payout_id,
        asked.state
    from unnest(%(provider_payout_ids)s::text[], %(states)s::text[]) as asked (provider_payout_id, state)
)

select candidates.provider_payout_id
from candidates
left join lateral (
    select
        payout_answers.answer,
        payout_answers.answered_at
    from internal.payout_answers
    where payout_answers.provider_payout_id = candidates.provider_payout_id
    order by payout_answers.answer_id desc
    limit 1
) as newest on true
where
    %(operation)s = 'reconcile_pull'
    or candidates.state = 'SENDING'
    or newest.answer = 'unknown'
order by newest.answered_at nulls first, candidates.provider_payout_id
limit %(batch_size)s
