-- The source's rows in the hours that are read, or changed since, with the hash of named columns.
--
-- Grain:   one row per ledger transaction.
-- Binds:   those of the mapping in include/sql/sources, which stands in for {{source}}, and
--          hours (timestamptz[]; NULL for all), changed_from (timestamptz; NULL for ever).
with

source as (

    {source}

)

select
    ledger_id,
    psp_reference,
    merchant_reference,
    event_reference,
    type,
    status,
    moves_money,
    amount_minor,
    fee_minor,
    tax_minor,
    currency,
    settles_on,
    occurred_at,
    changed_at,
    sha256(convert_to(row(
        ledger_id, psp_reference, merchant_reference, event_reference, type, status,
        moves_money, amount_minor, fee_minor, tax_minor, currency, settles_on, occurred_at
    )::text, 'UTF8')) as row_sha256
from source
where
    (%(hours)s::timestamptz[] is null or date_trunc('hour', occurred_at) = any(%(hours)s::timestamptz[]))
    and (%(changed_from)s::timestamptz is null or changed_at >= %(changed_from)s::timestamptz)
