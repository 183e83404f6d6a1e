-- Which idempotency keys have more than one provider payout?
--
-- Grain:    one row per key and currency; the amount is that of all but the first.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a payout of the key was touched in.
-- Reads:    provider_payouts.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Quarantine all of them, ask the provider about the key, and find out what used a key twice.
-- Asked by: runbook 001, a payout is sent again with the key that it has
with

touched as (

    select distinct idempotency_key
    from provider_payouts
    where
        updated_at >= %(window_start)s
        and updated_at < %(window_end)s

),

placed as (

    select
        provider_payouts.idempotency_key,
        provider_payouts.id,
        provider_payouts.currency,
        provider_payouts.amount_minor,
        provider_payouts.created_at,
        row_number() over (
            partition by provider_payouts.idempotency_key
            order by provider_payouts.created_at, provider_payouts.id
        ) as place
    from touched
    inner join provider_payouts on touched.idempotency_key = provider_payouts.idempotency_key

)

select
    idempotency_key as object,
    currency,
    sum(amount_minor)::bigint as amount_minor,
    max(created_at) as occurred_at,
    'expected 1 provider payout, found beside it ' || string_agg(id, ', ' order by id) as what
from placed
where place > 1
group by idempotency_key, currency
order by idempotency_key, currency
