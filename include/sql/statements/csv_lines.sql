-- What are the file's rows as canonical lines?
--
-- Grain:   one row per row of the file that is a line, in work_new_lines, all with occurrence 1. Made at
--          once, which costs a third less than adding rows to a table.
-- Binds:   has_statement, has_subtype, has_types_by_sign, has_gross, has_gross_currency, has_net,
--          has_value_date and has_further (boolean): what the format and the file have; sign_is_open
--          (boolean); line_scope (text); account_rows_hold_text, statement_is_payout and key_has_merchant
--          (boolean): lines without a reference of the provider are known by the merchant's;
--          further_kinds (text[]); first_item_id (bigint): what a row's number is added to;
--          text_bytes_max (integer).
--          Reads work_statements, work_types, work_units, work_written_times.
-- Reason:  with an offset a text becomes a number once, and not wherever the number is used. It is
--          written as a bigint: of a 0 that is yet to become one, the planner takes no two processes.
create table work_new_lines as
with

amounts as (

    select
        raw.row_number,
        raw.line_id,
        raw.type,
        raw.subtype,
        raw.statement,
        raw.psp_reference,
        raw.event_reference,
        raw.merchant_reference,
        raw.merchant_reference_2,
        raw.payout_reference,
        raw.further_1,
        raw.further_2,
        raw.further_3,
        raw.further_4,
        statements.statement_id,
        statements.statement_key,
        types.word as type_word,
        types.type as positive_type,
        types.economic_type as positive_economic_type,
        types.is_expected as is_positive_expected,
        types.negative_type,
        types.negative_economic_type,
        types.is_negative_expected,
        times.booked_at,
        times.booked_on,
        times.source_zone,
        case when %(has_value_date)s::boolean then value_dates.value_date end as value_date,
        case
            when %(key_has_merchant)s::boolean then coalesce(raw.merchant_reference, raw.merchant_reference_2)
            else raw.psp_reference
        end as key_reference,
        case
            when raw.line_id is null
                then types.word || '|' || coalesce(
                    case
                        when %(key_has_merchant)s::boolean then coalesce(raw.merchant_reference, raw.merchant_reference_2)
                        else raw.psp_reference
                    end, ''
                ) || '|' || coalesce(raw.event_reference, '') || '|' || net_unit.code
        end as joined_key,
        net_unit.code as net_code,
        net_unit.minor_units as net_minor_units,
        case when %(has_gross_currency)s::boolean then gross_unit.code else net_unit.code end as gross_code,
        case
            when %(has_gross_currency)s::boolean then gross_unit.minor_units
            else net_unit.minor_units
        end as gross_minor_units,
        raw.gross_amount as written_gross,
        raw.net_amount as written_net,
        case
            when
                coalesce(
                    raw.gross_credit, raw.gross_debit, raw.gross, raw.cost_1, raw.cost_2, raw.cost_3, raw.cost_4,
                    raw.cost_5, raw.cost_6
                ) is not null
                then raw.cost_amount
        end as written_costs,
        case
            when coalesce(raw.gross, raw.tax_1, raw.tax_2, raw.tax_3) is not null then raw.tax_amount
        end as written_taxes
    from work_raw_rows as raw
    inner join work_units as net_unit
        on raw.net_currency = net_unit.written
    left join work_units as gross_unit
        on raw.gross_currency = gross_unit.written
    inner join work_types as types
        on
            raw.type_word = types.type_word
            and types.is_line
    inner join (
        select
            keys.written,
            opened.statement_id,
            opened.statement_key
        from work_statement_keys as keys
        inner join work_statements as opened
            on keys.statement_key = opened.statement_key
    ) as statements
        on coalesce(raw.statement, '') = statements.written
    inner join work_written_times as times
        on
            raw.written_time = times.written_time
            and coalesce(raw.written_zone, '') = coalesce(times.written_zone, '')
    left join work_value_dates as value_dates
        on raw.value_date = value_dates.written_time
    offset '0'::bigint

),

signed as (

    select
        amounts.*,
        case
            when not %(has_gross)s::boolean
                then written_net + coalesce(written_costs, 0) + coalesce(written_taxes, 0)
            when
                %(sign_is_open)s::boolean
                and written_gross - coalesce(written_costs, 0) - coalesce(written_taxes, 0) <> written_net
                then sign(written_net) * abs(written_gross)
            else written_gross
        end as line_gross,
        case
            when
                %(sign_is_open)s::boolean
                and written_gross - coalesce(written_costs, 0) - coalesce(written_taxes, 0) <> written_net
                then abs(written_costs)
            else written_costs
        end as line_costs,
        case
            when
                %(sign_is_open)s::boolean
                and written_gross - coalesce(written_costs, 0) - coalesce(written_taxes, 0) <> written_net
                then abs(written_taxes)
            else written_taxes
        end as line_taxes,
        case
            when %(has_net)s::boolean then written_net
            else written_gross - coalesce(written_costs, 0) - coalesce(written_taxes, 0)
        end as line_net
    from amounts

),

lines as (

    select
        raw.statement_id,
        case
            when %(line_scope)s::text = 'account' then ''
            else raw.statement_key
        end as line_scope,
        -- Parts that are long or hold the separator are told by a hash: no two keys read alike, and an
        -- index takes each.
        case
            when raw.line_id is not null then raw.line_id
            when
                (
                    octet_length(raw.joined_key) <= %(text_bytes_max)s / 3
                    or greatest(
                        octet_length(raw.type_word), octet_length(raw.key_reference), octet_length(raw.event_reference)
                    ) <= %(text_bytes_max)s / 3
                )
                and position('|' in raw.type_word) = 0
                and coalesce(position('|' in raw.key_reference), 0) = 0
                and coalesce(position('|' in raw.event_reference), 0) = 0
                then raw.joined_key
            else 'sha256:' || encode(
                sha256(
                    convert_to(
                        jsonb_build_array(
                            raw.type_word, raw.key_reference, raw.event_reference, raw.net_code
                        )::text, 'UTF8'
                    )
                ), 'hex'
            )
        end as line_key,
        1 as occurrence,
        case
            when %(has_subtype)s::boolean then concat_ws(' / ', raw.type, raw.subtype)
            else coalesce(raw.type, '')
        end as provider_type,
        case
            when %(has_types_by_sign)s::boolean and raw.line_net < 0 then raw.negative_type
            else raw.positive_type
        end as type,
        case
            when %(has_types_by_sign)s::boolean and raw.line_net < 0 then raw.negative_economic_type
            else raw.positive_economic_type
        end as economic_type,
        case
            when %(has_types_by_sign)s::boolean and raw.line_net < 0 then raw.is_negative_expected
            else raw.is_positive_expected
        end as is_expected,
        raw.psp_reference,
        case
            when raw.psp_reference is not null or not %(account_rows_hold_text)s::boolean then raw.event_reference
        end as event_reference,
        coalesce(raw.merchant_reference, raw.merchant_reference_2) as merchant_reference,
        case
            when %(account_rows_hold_text)s::boolean
                then case when raw.positive_type = 'payout' then split_part(raw.event_reference, ' ', 1) end
            when %(statement_is_payout)s::boolean then raw.statement
            else raw.payout_reference
        end as payout_reference,
        (raw.line_gross * raw.gross_minor_units)::bigint as gross_minor,
        case when raw.line_gross is not null then raw.gross_code end as gross_currency,
        (raw.line_costs * raw.net_minor_units)::bigint as fee_minor,
        (raw.line_taxes * raw.net_minor_units)::bigint as tax_minor,
        (raw.line_net * raw.net_minor_units)::bigint as net_minor,
        raw.net_code as net_currency,
        raw.booked_at,
        raw.booked_on,
        raw.source_zone,
        raw.value_date,
        raw.row_number,
        case
            when %(has_further)s::boolean
                then (
                    select jsonb_agg(jsonb_build_array(further.kind, further.reference))
                    from (
                        values
                        ((%(further_kinds)s::text[])[1], raw.further_1),
                        ((%(further_kinds)s::text[])[2], raw.further_2),
                        ((%(further_kinds)s::text[])[3], raw.further_3),
                        ((%(further_kinds)s::text[])[4], raw.further_4)
                    ) as further (kind, reference)
                    where further.reference is not null
                )
        end as further_references
    from signed as raw
    offset '0'::bigint

)

select
    %(first_item_id)s::bigint + lines.row_number as item_id,
    internal.payment_key_of(
        lines.psp_reference, lines.merchant_reference, lines.line_scope, lines.line_key, lines.occurrence
    ) as payment_key,
    lines.*
from lines
