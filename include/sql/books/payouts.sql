-- What does the payouts system's book hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all states are known and nothing that must be there is missing.
-- Binds:   relations (text[] or null) - those that are asked about; null: all.
-- Reason:  each table has an index that holds just the rows which are named here, so that a healthy book is not read:
--          include/sql/sources/schema/payouts.sql.
with

states as (

    select 'payouts' as relation, status, count(*) as rows
    from payouts
    where status is null or status not in ('CREATED', 'PROCESSING', 'PAID', 'FAILED', 'QUARANTINED')
    group by status
    union all
    select 'provider_payouts', status, count(*)
    from provider_payouts
    where status is null or status not in ('CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'QUARANTINED')
    group by status
    union all
    select 'outbox', status, count(*)
    from outbox
    where status is null or status not in ('PENDING', 'SENDING', 'SENT', 'FAILED')
    group by status
    union all
    select 'integrity_alerts', status, count(*)
    from integrity_alerts
    where status is null or status not in ('OPEN', 'ACKNOWLEDGED', 'RESOLVED')
    group by status

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
    relation,
    'status is ' || coalesce(quote_literal(status), 'NULL') || ' in ' || rows || ' rows' as what
from states
where coalesce(relation = any(%(relations)s::text[]), true)
union all
select
    relation,
    what || ' in ' || rows || ' rows'
from missing
where
    rows > 0
    and coalesce(relation = any(%(relations)s::text[]), true)
order by relation, what
