-- What does the payouts system's book hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all states are known and nothing that must be there is missing.
-- Binds:   none.
with

states as (

    select 'payouts' as relation, status, count(*) as rows
    from payouts
    group by status
    union all
    select 'provider_payouts', status, count(*)
    from provider_payouts
    group by status
    union all
    select 'outbox', status, count(*)
    from outbox
    group by status
    union all
    select 'integrity_alerts', status, count(*)
    from integrity_alerts
    group by status

),

known as (

    select
        relation,
        status
    from (values
        ('payouts', array['CREATED', 'PROCESSING', 'PAID', 'FAILED', 'QUARANTINED']),
        ('provider_payouts', array['CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'QUARANTINED']),
        ('outbox', array['PENDING', 'SENDING', 'SENT', 'FAILED']),
        ('integrity_alerts', array['OPEN', 'ACKNOWLEDGED', 'RESOLVED'])
    ) as listed (relation, statuses)
    cross join lateral unnest(listed.statuses) as status

),

missing as (

    select
        'provider_payouts' as relation,
        'amount_minor, currency or idempotency_key is NULL' as what,
        count(*) as rows
    from provider_payouts
    where amount_minor is null or currency is null or idempotency_key is null
    union all
    select 'provider_payouts', 'sent_at is NULL while SENT', count(*)
    from provider_payouts
    where status = 'SENT' and sent_at is null
    union all
    select 'outbox', 'queued_at is NULL, or claimed_at while SENDING', count(*)
    from outbox
    where queued_at is null or (status = 'SENDING' and claimed_at is null)
    union all
    select 'ledger_entries', 'amount_minor or currency is NULL', count(*)
    from ledger_entries
    where amount_minor is null or currency is null

)

select
    states.relation,
    'status is ' || coalesce(quote_literal(states.status), 'NULL') || ' in ' || states.rows || ' rows' as what
from states
left join known on states.relation = known.relation and states.status = known.status
where known.relation is null
union all
select
    relation,
    what || ' in ' || rows || ' rows'
from missing
where rows > 0
order by relation, what
