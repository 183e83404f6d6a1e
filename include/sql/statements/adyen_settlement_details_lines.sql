-- What are the file's rows as canonical lines?
--
-- Grain:   one row per row of the file, in work_new_lines, all with occurrence 1. Made at
--          once, which costs a third less than adding rows to a table.
-- Binds:   types (jsonb): {type word: [type, economic type]}; expected (text[]): types that the ledger
--          is expected to have; first_item_id (bigint): what a row's number is added to. Reads
--          work_statements, work_booking_times.
create unlogged table work_new_lines as
with

types as (

    select
        entry.key as type_word,
        entry.value ->> 0 as type,
        entry.value ->> 1 as economic_type,
        entry.value ->> 0 = any(%(expected)s::text[]) as is_expected
    from jsonb_each(%(types)s) as entry

),

currencies as materialized (

    select
        code,
        10::numeric ^ exponent as minor_units
    from internal.currencies

),

lines as (

    select
        statements.statement_id,
        statements.statement_key as line_scope,
        -- Parts that hold the separator are written as JSON, so that no two keys read alike.
        case
            when position('|' in concat(raw.type, raw.psp_reference, raw.modification_reference)) = 0
                then concat(
                    lower(raw.type), '|', raw.psp_reference, '|', raw.modification_reference, '|', raw.net_currency
                )
            else jsonb_build_array(
                lower(raw.type), raw.psp_reference, raw.modification_reference, raw.net_currency
            )::text
        end as line_key,
        1 as occurrence,
        raw.type as provider_type,
        coalesce(types.type, 'unknown') as type,
        coalesce(types.economic_type, 'unknown') as economic_type,
        coalesce(types.is_expected, false) as is_expected,
        raw.psp_reference,
        case when raw.psp_reference is not null then raw.modification_reference end as event_reference,
        raw.merchant_reference,
        case when types.type = 'payout' then split_part(raw.modification_reference, ' ', 1) end as payout_reference,
        case
            when coalesce(raw.gross_credit_gc, raw.gross_debit_gc) is not null
                then (
                    (coalesce(raw.gross_credit_gc::numeric, 0) - coalesce(raw.gross_debit_gc::numeric, 0))
                    * gross.minor_units
                )::bigint
        end as gross_minor,
        case when coalesce(raw.gross_credit_gc, raw.gross_debit_gc) is not null then raw.gross_currency end
            as gross_currency,
        case
            when
                coalesce(
                    raw.gross_credit_gc, raw.gross_debit_gc, raw.commission_nc, raw.markup_nc, raw.scheme_fees_nc,
                    raw.interchange_nc
                ) is not null
                then (
                    (
                        coalesce(raw.commission_nc::numeric, 0) + coalesce(raw.markup_nc::numeric, 0)
                        + coalesce(raw.scheme_fees_nc::numeric, 0) + coalesce(raw.interchange_nc::numeric, 0)
                    ) * net.minor_units
                )::bigint
        end as fee_minor,
        null::bigint as tax_minor,
        case
            when coalesce(raw.net_credit_nc, raw.net_debit_nc) is not null
                then (
                    (coalesce(raw.net_credit_nc::numeric, 0) - coalesce(raw.net_debit_nc::numeric, 0))
                    * net.minor_units
                )::bigint
        end as net_minor,
        raw.net_currency,
        times.booked_at,
        times.booked_on,
        times.written_zone as source_zone,
        null::date as value_date,
        raw.row_number
    from work_raw_rows as raw
    inner join work_statements as statements
        on raw.batch_number::bigint = statements.sequence_number
    inner join currencies as net
        on raw.net_currency = net.code
    left join currencies as gross
        on raw.gross_currency = gross.code
    left join types
        on lower(raw.type) = types.type_word
    inner join work_booking_times as times
        on
            coalesce(raw.booking_date, raw.creation_date) = times.written_time
            and case
                when raw.booking_date is null then raw.timezone
                else coalesce(raw.booking_date_timezone, raw.timezone)
            end = times.written_zone

)

select
    %(first_item_id)s::bigint + lines.row_number as item_id,
    internal.payment_key_of(
        lines.psp_reference, lines.merchant_reference, lines.line_scope, lines.line_key, lines.occurrence
    ) as payment_key,
    lines.*
from lines
