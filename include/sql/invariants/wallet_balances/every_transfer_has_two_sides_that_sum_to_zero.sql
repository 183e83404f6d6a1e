-- Which transfers are not two rows that sum to zero in one currency?
--
-- Grain:    one row per transfer and currency; a row of type TRANSFER without a transfer stands for itself.
-- Binds:    window_start, window_end (timestamptz) - half-open; when a row of the transfer was made.
-- Reads:    transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the engineering team
-- Do:       Find the missing or wrong side, and add it as a further row.
-- Asked by: runbook 003, transferBetweenWallets
-- Reason:   all rows of a transfer that was touched are taken, whenever they were made.
with

touched as (

    select distinct transfer_id
    from transactions
    where created_at >= %(window_start)s and created_at < %(window_end)s and transfer_id is not null

),

sides as (

    select
        transactions.transfer_id as object,
        transactions.currency,
        sum(transactions.amount_minor) as sum_minor,
        count(*) as rows_found,
        max(transactions.created_at) as occurred_at
    from transactions
    inner join touched on transactions.transfer_id = touched.transfer_id
    group by transactions.transfer_id, transactions.currency
    union all
    select
        id,
        currency,
        amount_minor,
        1,
        created_at
    from transactions
    where
        type = 'TRANSFER' and transfer_id is null
        and created_at >= %(window_start)s and created_at < %(window_end)s

)

select
    object,
    currency,
    sum_minor::bigint as amount_minor,
    occurred_at,
    'expected 2 rows that sum to 0, found ' || rows_found || ' that sum to ' || sum_minor as what
from sides
where rows_found <> 2 or sum_minor <> 0
order by object, currency
