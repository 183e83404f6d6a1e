-- In which currencies was more drift found each of the last three times than the time before?
--
-- Grain:    one row per currency; the amount is the drift that was found last.
-- Binds:    as_of (timestamptz).
-- Reads:    balance_drifts.
-- Severity: warning
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per check
-- Escalate: never
-- Do:       Schedule a review: something writes balances past the ledger, and does so more and more.
-- Asked by: runbook 003, warning alert 1
-- Reason:   wallet_balance_reconciliation keeps what it finds before it repairs, without a sign, per currency;
--           the weekly run over all wallets finds other drift than the hourly ones, and is no part of their trend.
with

last_ones as (

    select
        currency,
        drift_minor,
        measured_at,
        row_number() over (partition by currency order by measured_at desc, run_id desc) as place
    from balance_drifts
    where scope = 'recent' and measured_at < %(as_of)s

),

trends as (

    select
        currency,
        max(measured_at) as measured_at,
        max(drift_minor) filter (where place = 3) as first_minor,
        max(drift_minor) filter (where place = 2) as second_minor,
        max(drift_minor) filter (where place = 1) as third_minor
    from last_ones
    where place <= 3
    group by currency

)

select
    currency as object,
    currency,
    third_minor as amount_minor,
    measured_at as occurred_at,
    'expected no growth, found a drift of ' || first_minor || ', then ' || second_minor || ', then ' || third_minor
        as what
from trends
where first_minor < second_minor and second_minor < third_minor
order by currency
