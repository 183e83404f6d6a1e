-- What does the warehouse hold of the ledger, hour by hour, in the form of source_hours.sql?
--
-- Grain:   one row per hour that has rows in force.
-- Binds:   account_id (integer), read_from and read_to (timestamptz, half-open).
select
    date_trunc('hour', occurred_at) as hour,
    count(*)::bigint as rows,
    sum(amount_minor)::text as amount_sum,
    sum(('x' || encode(substr(row_sha256, 1, 8), 'hex'))::bit(64)::bigint)::text as hash_sum
from ledger_transactions
where
    account_id = %(account_id)s
    and last_run_number is null
    and occurred_at >= %(read_from)s
    and occurred_at < %(read_to)s
group by 1
order by hour;
