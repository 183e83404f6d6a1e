-- Which hours of the source hold what: a fingerprint per hour, free of the order of rows.
--
-- Grain:   one row per hour that has rows.
-- Binds:   those of the mapping in include/sql/sources, which stands in for {{source}}.
with

source as (

    {source}

),

hashed as (

    select
        date_trunc('hour', occurred_at) as hour,
        amount_minor,
        sha256(convert_to(row(
            ledger_id, psp_reference, merchant_reference, event_reference, type, status,
            moves_money, amount_minor, fee_minor, tax_minor, currency, settles_on, occurred_at
        )::text, 'UTF8')) as row_sha256
    from source

)

select
    hour,
    count(*)::bigint as rows,
    sum(amount_minor)::text as amount_sum,
    sum(('x' || encode(substr(row_sha256, 1, 8), 'hex'))::bit(64)::bigint)::text as hash_sum
from hashed
group by hour
order by hour
