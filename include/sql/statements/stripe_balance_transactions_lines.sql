-- What are the balance transactions as canonical lines?
--
-- Grain:   one row per balance transaction, added to work_statement_lines.
-- Binds:   types (jsonb): {word: [type, economic type]}; expected (text[]): types that the ledger is
--          expected to have; divisors (jsonb): {currency: by how much its amounts are divided};
--          metadata_keys (text[]); zone (text): in which days are counted; first_item_id (bigint): what
--          a row's number is added to. Reads work_statements.
insert into work_statement_lines (
    item_id, payment_key, statement_id, line_scope, line_key, occurrence, provider_type, type, economic_type, is_expected,
    psp_reference, event_reference, merchant_reference, payout_reference, gross_minor, gross_currency,
    fee_minor, tax_minor, net_minor, net_currency, booked_at, booked_on, source_zone, value_date, row_number
)
with

types as (

    select
        entry.key as word,
        entry.value ->> 0 as type,
        entry.value ->> 1 as economic_type
    from jsonb_each(%(types)s) as entry

),

lines as (

    select
        raw.*,
        coalesce(by_category.type, by_type.type, 'unknown') as line_type,
        coalesce(by_category.economic_type, by_type.economic_type, 'unknown') as line_economic_type,
        coalesce((%(divisors)s ->> raw.currency)::bigint, 1) as divisor,
        (
            select coalesce(sum((detail ->> 'amount')::bigint), 0)
            from jsonb_array_elements(raw.fee_details) as detail
            where detail ->> 'type' in ('tax', 'withheld_tax')
        ) as tax,
        upper(raw.source ->> 'currency') as source_currency,
        to_timestamp(raw.created::bigint) as created_at
    from work_raw_rows as raw
    left join types as by_category
        on raw.reporting_category = by_category.word
    left join types as by_type
        on raw.type = by_type.word

),

canonical as (

    select
        statements.statement_id,
        '' as line_scope,
        lines.id as line_key,
        1 as occurrence,
        coalesce(lines.reporting_category, lines.type) as provider_type,
        lines.line_type as type,
        lines.line_economic_type as economic_type,
        lines.line_type = any(%(expected)s::text[]) as is_expected,
        coalesce(
            lines.source ->> 'payment_intent',
            case when lines.source ->> 'object' = 'charge' then lines.source_id else lines.source ->> 'charge' end,
            case when lines.source is null and lines.source_id ~ '^(ch|py)_' then lines.source_id end
        ) as psp_reference,
        case when lines.line_type not in ('fee', 'payout') then lines.source_id end as event_reference,
        (
            select lines.source -> 'metadata' ->> keys.name
            from unnest(%(metadata_keys)s::text[]) with ordinality as keys (name, place)
            where lines.source -> 'metadata' ->> keys.name <> ''
            order by keys.place
            limit 1
        ) as merchant_reference,
        case when lines.line_type = 'payout' then lines.source_id end as payout_reference,
        -- In a conversion only the source knows what the customer paid; it is never converted here.
        case
            when not coalesce(lines.is_converted, false) then lines.amount::bigint / lines.divisor
            when
                lines.line_type in ('payment', 'refund', 'chargeback')
                and jsonb_typeof(lines.source -> 'amount') = 'number'
                and lines.source ->> 'amount' ~ '^[0-9]{1,15}$'
                and source_currencies.code is not null
                then sign(lines.amount::bigint)::bigint * (lines.source ->> 'amount')::bigint
                    / coalesce((%(divisors)s ->> lines.source_currency)::bigint, 1)
        end as gross_minor,
        case
            when not coalesce(lines.is_converted, false) then lines.currency
            when
                lines.line_type in ('payment', 'refund', 'chargeback')
                and jsonb_typeof(lines.source -> 'amount') = 'number'
                and lines.source ->> 'amount' ~ '^[0-9]{1,15}$'
                then source_currencies.code
        end as gross_currency,
        (lines.fee::bigint - lines.tax) / lines.divisor as fee_minor,
        lines.tax / lines.divisor as tax_minor,
        lines.net::bigint / lines.divisor as net_minor,
        lines.currency as net_currency,
        lines.created_at as booked_at,
        (lines.created_at at time zone %(zone)s::text)::date as booked_on,
        %(zone)s::text as source_zone,
        (to_timestamp(lines.available_on::bigint) at time zone %(zone)s::text)::date as value_date,
        lines.row_number
    from lines
    cross join work_statements as statements
    left join internal.currencies as source_currencies
        on lines.source_currency = source_currencies.code

)

select
    %(first_item_id)s::bigint + row_number as item_id,
    internal.payment_key_of(
        psp_reference, merchant_reference, line_scope, line_key, occurrence
    ) as payment_key,
    canonical.*
from canonical
