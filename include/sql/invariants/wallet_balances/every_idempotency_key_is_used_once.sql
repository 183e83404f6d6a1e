-- Which idempotency keys stand on more than one ledger row, of those that were used lately?
--
-- Grain:    one row per key and currency; the amount is what its rows after the first one add up to.
-- Binds:    window_start, window_end (timestamptz) - half-open; when a row with the key was made.
-- Reads:    transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the engineering team
-- Do:       Somebody was paid or charged twice: reverse the later rows by further rows.
-- Asked by: runbook 003, common issue 2
with

touched as (

    select distinct idempotency_key
    from transactions
    where created_at >= %(window_start)s and created_at < %(window_end)s and idempotency_key is not null

),

uses as (

    select
        transactions.idempotency_key,
        transactions.currency,
        transactions.amount_minor,
        transactions.created_at,
        row_number() over (partition by transactions.idempotency_key order by transactions.created_at, transactions.id)
            as place,
        count(*) over (partition by transactions.idempotency_key) as uses
    from transactions
    inner join touched on transactions.idempotency_key = touched.idempotency_key

)

select
    idempotency_key as object,
    currency,
    sum(amount_minor)::bigint as amount_minor,
    max(created_at) as occurred_at,
    'expected one row, found ' || max(uses) as what
from uses
where place > 1
group by idempotency_key, currency
order by idempotency_key, currency
