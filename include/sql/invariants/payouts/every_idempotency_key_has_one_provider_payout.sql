-- Which idempotency keys have more than one provider payout?
--
-- Grain:    one row per key and currency; the amount is that of all but the first.
-- Binds:    window_start, window_end (timestamptz) - half-open; what a payout of the key was touched in; is_whole
--           (boolean).
-- Reads:    provider_payouts.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: at once to senior engineering
-- Do:       Quarantine all of them, ask the provider about the key, and find out what used a key twice.
-- Asked by: runbook 001, a payout is sent again with the key that it has
-- Reason:   each key is looked up, since a planner can't know how few have more than one.
with

touched as (

    select idempotency_key
    from provider_payouts
    where %(is_whole)s
    group by idempotency_key
    having count(*) > 1
    union all
    select distinct idempotency_key
    from provider_payouts
    where
        not %(is_whole)s
        and updated_at >= %(window_start)s
        and updated_at < %(window_end)s

)

select
    touched.idempotency_key as object,
    placed.currency,
    sum(placed.amount_minor)::bigint as amount_minor,
    max(placed.created_at) as occurred_at,
    'expected 1 provider payout, found beside it ' || string_agg(placed.id, ', ' order by placed.id) as what
from touched
cross join lateral (
    select
        id,
        currency,
        amount_minor,
        created_at,
        min(updated_at) over () as first_touched_at,
        row_number() over (order by created_at, id) as place
    from provider_payouts
    where provider_payouts.idempotency_key = touched.idempotency_key
) as placed
where
    placed.place > 1
    and placed.first_touched_at < %(window_end)s
group by touched.idempotency_key, placed.currency
order by touched.idempotency_key, placed.currency
