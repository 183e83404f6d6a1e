-- What do the raw rows add up to, and is there a row that needs a closer look?
--
-- Grain:   one row per account, batch, type and pair of currencies as written, in work_control. The
--          sums are taken from the text, apart from the canonical lines that they later control.
-- Binds:   text_bytes_max (integer). Raises a data error where an amount is no number: then the row gates tell which. A flag
--          may be raised in vain, never missed.
create unlogged table work_control as
with

amounts as (

    select
        raw.row_number,
        raw.merchant_account,
        raw.batch_number,
        lower(raw.type) as type_word,
        raw.gross_currency,
        raw.net_currency,
        raw.exchange_rate,
        net.exponent as net_exponent,
        coalesce(raw.gross_credit_gc, raw.gross_debit_gc) is not null as has_gross,
        coalesce(raw.net_credit_nc, raw.net_debit_nc) is not null as has_net,
        coalesce(raw.gross_credit_gc::numeric, 0) - coalesce(raw.gross_debit_gc::numeric, 0) as gross,
        coalesce(raw.commission_nc::numeric, 0) + coalesce(raw.markup_nc::numeric, 0)
        + coalesce(raw.scheme_fees_nc::numeric, 0) + coalesce(raw.interchange_nc::numeric, 0) as costs,
        coalesce(raw.net_credit_nc::numeric, 0) - coalesce(raw.net_debit_nc::numeric, 0) as net,
        (raw.gross_credit_gc is not null and raw.gross_debit_gc is not null)
        or (raw.net_credit_nc is not null and raw.net_debit_nc is not null) as has_both_sides,
        -- One pattern over all amounts of the row: a character that is none, or a decimal too many.
        concat_ws(
            '|', raw.gross_debit_gc, raw.gross_credit_gc, raw.net_debit_nc, raw.net_credit_nc, raw.commission_nc,
            raw.markup_nc, raw.scheme_fees_nc, raw.interchange_nc
        ) ~ case
            when net.exponent = 2 and coalesce(gross.exponent, 2) = 2
                then '[^0-9.|]|[0-9]{16}|\.[0-9]{2}0*[1-9]'
            else '[^0-9.|]|[0-9]{16}'
        end as has_bad_text,
        case
            when net.exponent = 2 and coalesce(gross.exponent, 2) = 2 then false
            else
                concat_ws('|', raw.gross_debit_gc, raw.gross_credit_gc)
                ~ ('\.[0-9]{' || coalesce(gross.exponent, 0) || '}0*[1-9]')
                or concat_ws(
                    '|', raw.net_debit_nc, raw.net_credit_nc, raw.commission_nc, raw.markup_nc, raw.scheme_fees_nc,
                    raw.interchange_nc
                ) ~ ('\.[0-9]{' || coalesce(net.exponent, 0) || '}0*[1-9]')
        end as has_excess_decimals,
        greatest(
            octet_length(raw.type), octet_length(raw.psp_reference), octet_length(raw.merchant_reference),
            octet_length(raw.modification_reference)
        ) > %(text_bytes_max)s as has_long_text
    from work_raw_rows as raw
    left join internal.currencies as gross
        on raw.gross_currency = gross.code
    left join internal.currencies as net
        on raw.net_currency = net.code

)

select
    merchant_account,
    batch_number,
    type_word,
    gross_currency,
    net_currency,
    min(row_number) as first_row,
    count(*) as lines,
    count(*) filter (where has_gross) as gross_lines,
    sum(gross) as gross,
    sum(costs) as costs,
    sum(net) as net,
    bool_or(
        has_bad_text
        or has_long_text
        or has_excess_decimals
        or has_both_sides
        or exchange_rate <> '1' and (
            exchange_rate ~ '[^0-9.]|[0-9]{31}'
            or exchange_rate !~ '[0-9]'
            -- The bound: half a minor unit, and in another currency what the printed rate leaves open.
            or has_gross and has_net and abs(gross * exchange_rate::numeric - costs - net)
            > 0.5 / 10::numeric ^ coalesce(net_exponent, 0) + case
                when gross_currency = net_currency then 0
                else abs(gross) * 0.5 / 10::numeric ^ scale(exchange_rate::numeric)
            end
        )
    ) as is_suspect
from amounts
group by merchant_account, batch_number, type_word, gross_currency, net_currency
